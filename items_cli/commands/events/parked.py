"""`items events parked`: list the events that a sink did not publish."""

import json
from collections.abc import Iterator
from typing import Annotated

import typer
from google.protobuf import json_format
from rich.table import Table
from rich.text import Text

from items.v1 import sinks_pb2
from items_cli.flags import GRPC, Service
from items_cli.output.terminal import print_table, printable
from items_cli.sinks import SinkName, Sinks, connected

PAGE = 1000
WHOLE = -1
"""The ordinal that stands for all changes of a revision."""

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one event per line.")]


def parked(sink: SinkName = "", as_json: AsJson = False, grpc: Service = str(GRPC)) -> None:
    """Print the events that a broker refused for good, and skipped revisions."""
    with connected(grpc) as sinks:
        events = list(_events(sinks, sinks.name(sink)))
    if as_json:
        for event in events:
            typer.echo(json.dumps(json_format.MessageToDict(event), ensure_ascii=False))
    elif events:
        print_table(_table(events))
    else:
        typer.echo("Nothing was parked.", err=True)


def _events(sinks: Sinks, name: str) -> Iterator[sinks_pb2.ParkedEvent]:
    request = sinks_pb2.ListParkedEventsRequest(name=name, page_size=PAGE)
    while True:
        call = sinks.session.items.call(sinks.stub.ListParkedEvents, request)
        page = sinks.session.run(call)
        yield from page.events
        if not page.next_page_token:
            return
        request.page_token = page.next_page_token


def _table(events: list[sinks_pb2.ParkedEvent]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("REVISION", "CHANGE", "WHEN", "WHY"):
        table.add_column(heading, no_wrap=True)
    for event in events:
        change = "all" if event.ordinal == WHOLE else str(event.ordinal)
        when = event.park_time.ToJsonString()
        cells = (str(event.revision), change, when, printable(event.why))
        table.add_row(*map(Text, cells))
    return table
