"""What `items serve` says when the service is up."""

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from rich.console import Console
from rich.table import Table

from items_cli.address import Address

SQLITE = "sqlite:///"


def announce(store: str, grpc: Address, http: Address) -> None:
    """Print where the service is, to standard output."""
    site = f"http://{http.within_reach()}"
    lines = Table.grid(padding=(0, 3))
    lines.add_column(style="bold")
    lines.add_row("gRPC", str(grpc.within_reach()))
    lines.add_row("REST", f"{site}/v1/items")
    lines.add_row("Docs", f"{site}/docs")
    lines.add_row("Data", data(store))
    console = Console(highlight=False, soft_wrap=True)
    console.print("\nThe item service is up. Ctrl-C ends it.\n", style="green")
    console.print(lines)
    console.print()


def data(store: str) -> str:
    """Where the data is: the path of a file, or a URL without its password."""
    if store.startswith(SQLITE):
        return str(Path(store.removeprefix(SQLITE).partition("?")[0]).absolute())
    parts = urlsplit(store)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=host))
