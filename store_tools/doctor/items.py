"""The items: each is its newest change, and its columns match its payload."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, func, select

from grpc_server.database.dialects import among, texts
from grpc_server.database.errors import StoreCorrupt
from grpc_server.database.schema.columns import item_of, row_of
from grpc_server.database.schema.tables import changes, items
from items.v1 import items_pb2 as pb
from store_tools.doctor.findings import MOST, Patient

_AT_ONCE = 500
_PAGE = select(items).where(items.c.id > bindparam("after")).order_by(items.c.id).limit(_AT_ONCE)
_FIRST_PAGE = select(items).order_by(items.c.id).limit(_AT_ONCE)
_other = changes.alias("later")
_last = (
    select(func.max(_other.c.revision))
    .where(_other.c.item_id == changes.c.item_id)
    .scalar_subquery()
)
_NEWEST = select(changes.c.item_id, changes.c.kind, changes.c.payload).where(
    among(changes.c.item_id, texts("ids")), changes.c.revision == _last.scalar_subquery()
)
_WITHOUT_ITEM = (
    select(changes.c.item_id, changes.c.revision)
    .outerjoin(items, items.c.id == changes.c.item_id)
    .where(
        items.c.id.is_(None),
        changes.c.kind != pb.CHANGE_KIND_EXPIRED,
        changes.c.revision == _last.scalar_subquery(),
    )
    .limit(MOST + 1)
)


def look_at_items(patient: Patient) -> Iterator[str]:
    """Check that each item is what its newest change left, and that no item is missing."""
    for page in _pages(patient):
        wanted = {"ids": [row.id for row in page]}
        newest = {row.item_id: row for row in patient.connection.execute(_NEWEST, wanted)}
        for row in page:
            yield from _compare(row, newest.get(row.id))
    for item_id, revision in patient.connection.execute(_WITHOUT_ITEM):
        yield f"`{item_id}` is missing, though its newest change, {revision}, left it there"


def look_at_columns(patient: Patient) -> Iterator[str]:
    """Check that the columns for filters and orders match the payload."""
    for page in _pages(patient):
        for row in page:
            yield from _differences(row)


def _compare(row: Any, newest: Any | None) -> Iterator[str]:
    if newest is None:
        yield f"`{row.id}` has no change that made it"
    elif newest.kind == pb.CHANGE_KIND_EXPIRED:
        yield f"`{row.id}` is still there, though its newest change says that it expired"
    elif newest.payload != row.payload:
        yield f"`{row.id}` is not what its newest change says"


def _differences(row: Any) -> Iterator[str]:
    try:
        item = item_of(row.payload)
    except StoreCorrupt as error:
        yield f"`{row.id}`: {error}"
        return
    for name, said in row_of(item, row.payload).items():
        stored = row._mapping[name]  # noqa: SLF001 - SQLAlchemy's public name for it
        if _normal(stored, said) != _exact(said):
            yield f"`{row.id}`: the column {name} is not what the payload says"
    if item.etag != str(item.revision):
        yield f"`{row.id}`: the etag is {item.etag!r} at revision {item.revision}"


def _normal(stored: Any, said: Any) -> Any:
    """Return *stored* in the form of *said*: for JSON, SQLite has text."""
    if isinstance(said, Mapping) and isinstance(stored, str):
        try:
            return _exact(json.loads(stored))
        except ValueError:
            return stored
    return _exact(stored)


def _exact(value: Any) -> Any:
    """Return JSON as it is compared: every number is a double."""
    match value:
        case Mapping():
            return {key: _exact(each) for key, each in value.items()}
        case list():
            return [_exact(each) for each in value]
        case int() if not isinstance(value, bool):
            return float(value)
        case _:
            return value


def _pages(patient: Patient) -> Iterator[Sequence[Any]]:
    page = patient.connection.execute(_FIRST_PAGE).all()
    while page:
        yield page
        page = patient.connection.execute(_PAGE, {"after": page[-1].id}).all()
