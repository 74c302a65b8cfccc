"""Changes as text for people, one line each."""

from collections.abc import Iterator, Mapping
from datetime import UTC
from types import MappingProxyType
from typing import Any

import typer
from google.protobuf.timestamp_pb2 import Timestamp

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_WRITABLE
from items_cli.output.terminal import printable

PRESENT = "present"
"""The kind that is shown for an item of the snapshot."""

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

_MAPS = frozenset(
    field.name
    for field in pb.Item.DESCRIPTOR.fields
    if field.message_type is not None and field.message_type.GetOptions().map_entry
)


def change_lines(commit: pb.ItemChanges) -> Iterator[str]:
    """Yield a line for each change: time, revision, kind, id, name, and remarks in brackets."""
    for change in commit.changes:
        kind = pb.ChangeKind.Name(change.kind).removeprefix("CHANGE_KIND_").lower()
        line = _line(commit.commit_time, commit.revision, kind, change.item)
        remarks = "; ".join(_remarks(change))
        yield f"{line}  ({remarks})" if remarks else line


def item_line(item: pb.Item) -> str:
    """Return the line for an item of the snapshot."""
    return _line(item.update_time, item.revision, PRESENT, item)


def _line(time: Timestamp, revision: int, kind: str, item: pb.Item) -> str:
    shown = typer.style(f"{kind:<9}", fg=_COLOURS.get(kind), dim=kind == PRESENT)
    return f"{_local(time)}  {revision:>7}  {shown}  {item.id}  {printable(item.name)}"


def _local(time: Timestamp) -> str:
    """Return *time* to the millisecond, in the time zone of this machine."""
    return f"{time.ToDatetime(UTC).astimezone():%Y-%m-%d %H:%M:%S.%f}"[:-3]


def _remarks(change: pb.ItemChange) -> Iterator[str]:
    if change.view_change in _VIEWS:
        yield _VIEWS[change.view_change]
    if change.HasField("previous") and (changed := " ".join(_changed(change))):
        yield f"changed: {changed}"


def _changed(change: pb.ItemChange) -> Iterator[str]:
    """Yield the names of the writable fields that differ; of a map, the name of each entry."""
    for name in ITEM_WRITABLE:
        item, previous = (_held(each, name) for each in (change.item, change.previous))
        if name in _MAPS:
            for key in sorted({*item, *previous}):
                if item.get(key) != previous.get(key):
                    yield printable(f"{name}.{key}")
        elif item != previous:
            yield name


def _held(item: pb.Item, name: str) -> Any:
    """Return the value of a field; None if it is absent and has presence."""
    has_presence = pb.Item.DESCRIPTOR.fields_by_name[name].has_presence
    if has_presence and not item.HasField(name):  # type: ignore[arg-type]  # the name of a field
        return None
    return getattr(item, name)
