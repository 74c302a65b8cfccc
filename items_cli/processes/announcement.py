"""The addresses that `items serve` prints when the service is up."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from items_cli.brokers import sinks
from items_cli.processes.parts import GRPC, HTTP, RELAY, Addresses, Plan, metrics_of
from items_runtime.configuration.passwords import without_password

SQLITE = "sqlite:///"

WIDTH = 10
"""The width, in columns, of a name."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """The names and places of the parts of the service, in the order in which they are printed."""

    places: tuple[tuple[str, str], ...]

    @classmethod
    def of(
        cls, plan: Plan, addresses: Addresses, store: str, events: Sequence[str]
    ) -> "Announcement":
        """Return the announcement of *plan*, without the passwords of *store* and *events*."""
        site = f"http://{addresses[HTTP].within_reach()}"
        places = [
            ("REST", f"{site}/v1/items"),
            ("gRPC", str(addresses[GRPC].within_reach())),
            ("Docs", f"{site}/docs"),
            ("Watch", f"{site}/watch"),
            *_metrics(plan, addresses),
            *(("Events", sink.name) for sink in sinks(events)),
            ("Data", data(store)),
        ]
        return cls(tuple(places))

    def print(self, *, quiet: bool = False) -> None:
        """Print the announcement to standard output, unless *quiet*."""
        if quiet:
            return
        console = Console(highlight=False, soft_wrap=True)
        console.print("\nThe item service is up. Ctrl-C stops it.\n", style="green")
        for name, place in self.places:
            console.print(Text.assemble((name.ljust(WIDTH), "bold"), place))
        console.print()


def data(store: str) -> str:
    """Return where *store* keeps its data: the path of a file, or a URL without its password."""
    if store.startswith(SQLITE):
        return str(Path(store.removeprefix(SQLITE).partition("?")[0]).absolute())
    return without_password(store)


def _metrics(plan: Plan, addresses: Addresses) -> Iterator[tuple[str, str]]:
    for part in (*plan.servers, *plan.facades, RELAY):
        address = addresses.get(metrics_of(part))
        if address is not None:
            yield "Metrics", f"http://{address.within_reach()}/metrics  ({part})"
