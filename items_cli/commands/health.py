"""`items health`: a probe for the supervisors of the service."""

import asyncio
import os
from typing import Annotated

import typer

from items_cli.flags import GRPC, parsed_address
from items_cli.processes.readiness import grpc_trouble, http_trouble
from items_runtime.address import Address

FAILING = 1

Grpc = Annotated[
    Address | None,
    typer.Option(
        "--grpc",
        metavar="HOST:PORT",
        parser=parsed_address,
        help="Probe the gRPC server at this address.",
    ),
]
Http = Annotated[
    Address | None,
    typer.Option(
        "--http",
        metavar="HOST:PORT",
        parser=parsed_address,
        help="Probe the REST facade at this address.",
    ),
]


def health(grpc: Grpc = None, http: Http = None) -> None:
    """Check whether the service is up.

    It prints a line for each address: it asks the gRPC server for its health, and the facade
    whether it is ready. Without a flag, it asks the gRPC server at ITEMS_GRPC.

    Exit codes: 0 all of them serve, 1 one does not, 2 an address cannot be read.
    """
    if grpc is None and http is None:
        grpc = parsed_address(os.environ.get("ITEMS_GRPC") or GRPC)
    asked = [("gRPC", grpc, grpc_trouble), ("REST", http, http_trouble)]
    failing = False
    for name, address, ask in asked:
        if address is None:
            continue
        trouble = asyncio.run(ask(address))
        failing = failing or trouble is not None
        said = "serving" if trouble is None else f"not serving: {trouble}"
        typer.echo(f"{name} at {address}: {said}")
    if failing:
        raise typer.Exit(FAILING)
