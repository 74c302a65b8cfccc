"""Reads a page of items."""

from typing import Any

from sqlalchemy import Connection, Select, select

from grpc_server.database.budget import Bounded, filled
from grpc_server.database.dialects import Sql
from grpc_server.database.queries.access_paths import Walk, walk_for
from grpc_server.database.queries.keyset import Keyset
from grpc_server.database.query import Column, ItemQuery
from grpc_server.database.schema.columns import item_of
from grpc_server.database.schema.tables import items
from grpc_server.database.store import Page

_shown = items.alias("shown")
_SHOWN = select(_shown.c.payload)


def read_page(connection: Connection, query: ItemQuery) -> Page:
    """Read the items that *query* asks for, and where those after them start."""
    walk = walk_for(query, connection)
    keyset = Keyset(query.order, walk.item_id)
    statement = _statement(query, walk, keyset, connection)
    with connection.execute(statement, {"max_bytes": query.max_bytes}) as rows:
        shown, has_more = filled(rows, query.limit, query.max_bytes)
    return Page(
        items=[item_of(row.payload) for row in shown],
        next=keyset.cursor(shown[-1][1:]) if has_more else None,
        size=sum(len(row.payload) for row in shown),
    )


def _statement(query: ItemQuery, walk: Walk, keyset: Keyset, connection: Connection) -> Select[Any]:
    """Select payloads and keys, in a form in which no more of them is in memory than need be."""
    if connection.dialect.name == "postgresql":
        return Bounded.of(_found(query, walk, keyset, items.c.payload), keyset.order).postgresql
    if walk.in_order and query.order[0].target is Column.ID:
        return _found(query, walk, keyset, items.c.payload)
    return _sorted_by_keys(query, walk, keyset)


def _found(query: ItemQuery, walk: Walk, keyset: Keyset, shown: Sql) -> Select[Any]:
    keys = [key.sql.label(keyset.name(place)) for place, key in enumerate(keyset.keys)]
    statement = select(shown, *keys).select_from(walk.table).where(*walk.where)
    if not query.show_deleted:
        statement = statement.where(items.c.delete_time.is_(None))
    if query.after is not None:
        statement = statement.where(keyset.after(query.after))
    return statement.order_by(*(key.direction() for key in keyset.keys)).limit(query.limit + 1)


def _sorted_by_keys(query: ItemQuery, walk: Walk, keyset: Keyset) -> Select[Any]:
    """Select payloads only after the sort: SQLite keeps all that it sorts in memory.

    The second limit keeps SQLite from drawing the first statement into the second one.
    """
    found = _found(query, walk, keyset, walk.item_id.label("found_id")).subquery("found")
    shown = _SHOWN.where(_shown.c.id == found.c.found_id).scalar_subquery().label("payload")
    keys = [found.c[keyset.name(place)] for place in range(len(keyset.keys))]
    return select(shown, *keys).limit(query.limit + 1)
