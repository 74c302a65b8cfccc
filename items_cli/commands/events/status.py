"""`items events status`: list the sinks and their lag."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from google.protobuf import json_format
from rich.table import Table
from rich.text import Text

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.output.terminal import print_table, printable
from items_cli.sinks import Sinks, connected

AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON, one sink per line, with its lag.")
]


@dataclass(frozen=True, slots=True)
class Status:
    """A sink and its lag, in revisions and in seconds; *seconds* is None if it is not known."""

    sink: sinks_pb2.Sink
    revisions: int
    seconds: float | None

    @property
    def state(self) -> str:
        """The state of the sink, in one word."""
        name = sinks_pb2.SinkState.Name(self.sink.state)
        return name.removeprefix("SINK_STATE_").lower()


def status(as_json: AsJson = False, grpc: Service = str(GRPC)) -> None:
    """Print the revision that each sink has reached, its lag, and its last error."""
    with connected(grpc) as sinks:
        found = list(_statuses(sinks, time.time()))
    if as_json:
        for one in found:
            typer.echo(json.dumps(_json(one), ensure_ascii=False, separators=(",", ":")))
    elif found:
        print_table(_table(found))
    else:
        typer.echo("There is no sink: `items relay --events URL` makes one.", err=True)


def _statuses(sinks: Sinks, now: float) -> Iterator[Status]:
    known = sinks.list()
    for sink in known.sinks:
        behind = max(0, known.revision - sink.revision)
        yield Status(sink, behind, sinks.lag_seconds(sink, now) if behind else 0.0)


def _json(one: Status) -> dict[str, Any]:
    seconds = None if one.seconds is None else round(one.seconds, 3)
    sink: dict[str, Any] = json_format.MessageToDict(
        one.sink, always_print_fields_with_no_presence=True
    )
    return {**sink, "lagRevisions": str(one.revisions), "lagSeconds": seconds}


def _table(found: list[Status]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("SINK", "STATE", "REVISION", "BEHIND", "SECONDS", "PARKED", "HOLDER"):
        table.add_column(heading, no_wrap=True)
    table.add_column("LAST ERROR")
    for one in found:
        seconds = "?" if one.seconds is None else f"{one.seconds:.1f}"
        cells = (
            one.sink.name,
            one.state,
            str(one.sink.revision),
            str(one.revisions),
            seconds,
            str(one.sink.parked_count),
            one.sink.holder,
            one.sink.last_error,
        )
        table.add_row(*(Text(printable(cell)) for cell in cells))
    return table
