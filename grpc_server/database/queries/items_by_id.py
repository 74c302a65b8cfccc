"""Items by their ids, with the revision that they are of, in one statement."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, FromClause, Select, func, select, true

from grpc_server.database.budget import Bounded, begun
from grpc_server.database.dialects import Sql, among, storable, texts
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.tables import items, store
from grpc_server.database.store import Snapshot

_FEW = 8
"""So many items are not too many, however large they are."""

_OF_FEW = select(store.c.revision, items.c.payload).select_from(
    store.outerjoin(items, among(items.c.id, texts("ids")))
)


def snapshot(connection: Connection, ids: Sequence[str], max_bytes: int) -> Snapshot:
    """Read the revision of the store and the items that exist among *ids*, together.

    Of more than a few, no more than fit into *max_bytes*, but for the last one.
    """
    if len(ids) > _FEW:
        return _of_many(connection, ids, max_bytes)
    rows = connection.execute(_OF_FEW, {"ids": ids}).all()
    found = (item_of(row.payload) for row in rows if row.payload is not None)
    return Snapshot(rows[0].revision, {item.id: item for item in found})


def _of_many(connection: Connection, ids: Sequence[str], max_bytes: int) -> Snapshot:
    asked = storable(ids, connection.dialect)
    if len(asked) <= _FEW:
        return snapshot(connection, asked, max_bytes)
    wanted = {"ids": asked, "max_bytes": max_bytes}
    with connection.execute(_OF_MANY.on(connection), wanted) as rows:
        read = list(begun(rows, max_bytes))
    found = (item_of(row.payload) for row in read if row.payload is not None)
    left_out = frozenset(asked[len(read) :])
    return Snapshot(read[0].revision, {item.id: item for item in found}, left_out)


def _statement(each: FromClause, value: Sql, place: Sql) -> Select[Any]:
    """Select a row for each id, in their order, be there an item or not."""
    joined = store.join(each, true()).outerjoin(items, items.c.id == value)
    return select(store.c.revision, place.label("place"), items.c.payload).select_from(joined)


def _in_order(found: FromClause) -> list[Sql]:
    return [found.c.place]


_in_json = func.json_each(texts("ids")).table_valued("key", "value")
_in_array = (
    func.unnest(texts("ids")).table_valued("value", with_ordinality="place").render_derived()
)
_OF_MANY = Bounded(
    sqlite=_statement(_in_json, _in_json.c.value, _in_json.c.key),
    postgresql=Bounded.of(
        _statement(_in_array, _in_array.c.value, _in_array.c.place), _in_order
    ).postgresql,
)
