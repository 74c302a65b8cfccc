"""What `items serve` says when the service is up."""

from pathlib import Path

from rich.console import Console
from rich.text import Text

from hosting.passwords import without_password
from items_cli.address import Address

SQLITE = "sqlite:///"


def announce(store: str, grpc: Address, http: Address) -> None:
    """Print where the service is, to standard output."""
    site = f"http://{http.within_reach()}"
    console = Console(highlight=False, soft_wrap=True)
    console.print("\nThe item service is up. Ctrl-C ends it.\n", style="green")
    for name, place in (
        ("gRPC", str(grpc.within_reach())),
        ("REST", f"{site}/v1/items"),
        ("Docs", f"{site}/docs"),
        ("Data", data(store)),
    ):
        console.print(Text.assemble((name, "bold"), "   ", place))
    console.print()


def data(store: str) -> str:
    """Where the data is: the path of a file, or a URL without its password."""
    if store.startswith(SQLITE):
        return str(Path(store.removeprefix(SQLITE).partition("?")[0]).absolute())
    return without_password(store)
