"""Reads a page of items."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, Select, select

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
    with connection.execute(_statement(query, walk, keyset)) as rows:
        shown, has_more = _filled(rows, query)
    return Page(
        items=[item_of(row.payload) for row in shown],
        next=keyset.cursor(shown[-1][1:]) if has_more else None,
    )


def _statement(query: ItemQuery, walk: Walk, keyset: Keyset) -> Select[Any]:
    keys = [key.sql.label(f"key_{place}") for place, key in enumerate(keyset.keys)]
    statement = select(items.c.payload, *keys).select_from(walk.table).where(*walk.where)
    if not query.show_deleted:
        statement = statement.where(items.c.delete_time.is_(None))
    if query.after is not None:
        statement = statement.where(keyset.after(query.after))
    return statement.order_by(*(key.direction() for key in keyset.keys)).limit(query.limit + 1)


def _filled(rows: Iterable[Row[Any]], query: ItemQuery) -> tuple[list[Row[Any]], bool]:
    """Take rows until the page is full, and tell whether one was left over."""
    shown: list[Row[Any]] = []
    size = 0
    for row in rows:
        size += len(row.payload)
        if shown and (len(shown) == query.limit or size > query.max_bytes):
            return shown, True
        shown.append(row)
    return shown, False
