"""Changes as text: one line each, for people."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from types import MappingProxyType

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from items.v1 import items_pb2 as pb
from items_cli.printable import printable

PRESENT = "present"
"""What is said of an item that the snapshot has."""

_COLOURS: Mapping[str, str] = MappingProxyType(
    {
        "created": typer.colors.GREEN,
        "updated": typer.colors.YELLOW,
        "deleted": typer.colors.RED,
        "undeleted": typer.colors.CYAN,
        "expired": typer.colors.MAGENTA,
    }
)
_VIEWS: Mapping[pb.ViewChange.ValueType, str] = MappingProxyType(
    {pb.VIEW_CHANGE_ENTERED: "enters the filter", pb.VIEW_CHANGE_LEFT: "leaves the filter"}
)


def change_lines(commit: pb.ItemChanges) -> Iterator[str]:
    """A line for each change: time, revision, kind, id, name, and what else there is to say."""
    for change in commit.changes:
        kind = pb.ChangeKind.Name(change.kind).removeprefix("CHANGE_KIND_").lower()
        line = _line(commit.commit_time, commit.revision, kind, change.item)
        remarks = "; ".join(_remarks(change))
        yield f"{line}  ({remarks})" if remarks else line


def item_line(item: pb.Item) -> str:
    """The same for an item that the snapshot has."""
    return _line(item.update_time, item.revision, PRESENT, item)


def _line(time: Timestamp, revision: int, kind: str, item: pb.Item) -> str:
    shown = typer.style(f"{kind:<9}", fg=_COLOURS.get(kind), dim=kind == PRESENT)
    return f"{_local(time)}  {revision:>7}  {shown}  {item.id}  {printable(item.name)}"


def _local(time: Timestamp) -> str:
    """To the millisecond, in the time zone of this machine."""
    return f"{time.ToDatetime(UTC).astimezone():%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _remarks(change: pb.ItemChange) -> Iterator[str]:
    if change.view_change in _VIEWS:
        yield _VIEWS[change.view_change]
    if change.HasField("previous") and (changed := " ".join(_changed(change))):
        yield f"changed: {changed}"


def _changed(change: pb.ItemChange) -> Iterator[str]:
    """The names of what somebody wrote that differs; each label by itself."""
    item, previous = change.item, change.previous
    for name in ("name", "description"):
        if getattr(item, name) != getattr(previous, name):
            yield name
    for key in sorted({*item.labels, *previous.labels}):
        if item.labels.get(key) != previous.labels.get(key):
            yield printable(f"labels.{key}")
    if item.attributes != previous.attributes:
        yield "attributes"
