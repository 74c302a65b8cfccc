"""Reads a page of items."""

from typing import Any

from sqlalchemy import Connection, Select, select

from grpc_server.database.budget import Bounded, filled
from grpc_server.database.keyset import Keyset
from grpc_server.database.paths import Walk, walk_for
from grpc_server.database.projection import item_of
from grpc_server.database.query import ItemQuery
from grpc_server.database.schema import items
from grpc_server.database.store import Page


def read_page(connection: Connection, query: ItemQuery) -> Page:
    """Read the items that *query* asks for, and where those after them start."""
    walk = walk_for(query, connection)
    keyset = Keyset(query.order, walk.item_id)
    statement = Bounded.of(_statement(query, walk, keyset), keyset.order).on(connection)
    with connection.execute(statement, {"max_bytes": query.max_bytes}) as rows:
        shown, has_more = filled(rows, query.limit, query.max_bytes)
    return Page(
        items=[item_of(row.payload) for row in shown],
        next=keyset.cursor(shown[-1][1:]) if has_more else None,
        size=sum(len(row.payload) for row in shown),
    )


def _statement(query: ItemQuery, walk: Walk, keyset: Keyset) -> Select[Any]:
    keys = [key.sql.label(keyset.name(place)) for place, key in enumerate(keyset.keys)]
    statement = select(items.c.payload, *keys).select_from(walk.table).where(*walk.where)
    if not query.show_deleted:
        statement = statement.where(items.c.delete_time.is_(None))
    if query.after is not None:
        statement = statement.where(keyset.after(query.after))
    return statement.order_by(*(key.direction() for key in keyset.keys)).limit(query.limit + 1)
