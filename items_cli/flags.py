"""The flags that several commands share, each with its environment variable."""

from typing import Annotated

import typer

from items_runtime.address import Address, BadAddress

STORE = "sqlite:///data/items.db"
GRPC = Address("127.0.0.1", 50051)
HTTP = Address("127.0.0.1", 8000)


def parsed_address(value: str | Address) -> Address:
    """Parse an address from the command line.

    Raises:
        typer.BadParameter: *value* is not HOST:PORT.
    """
    try:
        return value if isinstance(value, Address) else Address.parse(value)
    except BadAddress as error:
        raise typer.BadParameter(str(error)) from error


def _target(value: str) -> str:
    """Return the gRPC target that *value* names; what gRPC resolves by itself stays as it is."""
    if value.startswith(("unix:", "dns:", "ipv4:", "ipv6:")) or "," in value:
        return value
    return str(parsed_address(value).within_reach())


Store = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="ITEMS_STORE",
        help="The database: sqlite:///FILE or postgresql://HOST/NAME. A missing file is created.",
    ),
]

ExistingStore = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="URL",
        envvar="ITEMS_STORE",
        help="The database: sqlite:///FILE or postgresql://HOST/NAME.",
    ),
]

GrpcAddress = Annotated[
    Address,
    typer.Option(
        "--grpc",
        metavar="HOST:PORT",
        envvar="ITEMS_GRPC",
        parser=parsed_address,
        help="The address to serve gRPC on. Port 0 takes a free one.",
    ),
]

HttpAddress = Annotated[
    Address,
    typer.Option(
        "--http",
        metavar="HOST:PORT",
        envvar="ITEMS_HTTP",
        parser=parsed_address,
        help="The address to serve REST, /docs and the probes on. Port 0 takes a free one.",
    ),
]

Workers = Annotated[
    int,
    typer.Option(
        "--workers",
        metavar="N",
        min=1,
        max=64,
        envvar="ITEMS_WORKERS",
        help="The number of servers and facades, from 1 to 64; several need PostgreSQL.",
    ),
]

Upstream = Annotated[
    str,
    typer.Option(
        "--upstream",
        metavar="HOST:PORT",
        envvar="ITEMS_UPSTREAM",
        help="The gRPC server that the facade calls.",
    ),
]

Service = Annotated[
    str,
    typer.Option(
        "--grpc",
        metavar="HOST:PORT",
        envvar=["ITEMS_UPSTREAM", "ITEMS_GRPC"],
        callback=_target,
        help="The gRPC address of the service.",
    ),
]

AsJson = Annotated[
    bool,
    typer.Option("--json", help="Print JSON, one item per line, as `items import` reads it."),
]
