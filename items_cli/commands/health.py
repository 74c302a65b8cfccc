"""`items health`: whether a process serves, for those who start and watch it."""

import asyncio
import os
from typing import Annotated

import typer

from items_cli.address import Address
from items_cli.failure import Failure
from items_cli.flags import GRPC, parsed_address
from items_cli.readiness import grpc_serves, http_is_ready

Grpc = Annotated[
    Address | None,
    typer.Option(
        "--grpc", metavar="HOST:PORT", parser=parsed_address, help="Ask the gRPC server there."
    ),
]
Http = Annotated[
    Address | None,
    typer.Option(
        "--http", metavar="HOST:PORT", parser=parsed_address, help="Ask the facade there."
    ),
]


def health(grpc: Grpc = None, http: Http = None) -> None:
    """Tell whether the service answers: exit code 0, or 1.

    Of the gRPC server, whether it says SERVING; of the facade, whether it is ready.
    Without a flag, the gRPC server is asked, where ITEMS_GRPC or else its default says.
    """
    if grpc is None and http is None:
        grpc = parsed_address(os.environ.get("ITEMS_GRPC") or GRPC)
    asked = [("gRPC", grpc, grpc_serves), ("REST", http, http_is_ready)]
    failing = [
        f"{name} at {address} does not serve"
        for name, address, serves in asked
        if address is not None and not asyncio.run(serves(address))
    ]
    if failing:
        raise Failure("; ".join(failing))
