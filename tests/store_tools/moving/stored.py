"""What a store holds, row by row, and moving it in one go."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, Table, select

from grpc_server.database.schema import tables
from grpc_server.database.schema.json_column import JsonColumn
from store_tools.access import beside
from store_tools.moving import source_store
from store_tools.moving.move import moving


def move(there: str, here: str, *, page: int = 5000) -> None:
    """Move the store that nobody serves *there*, to *here*."""
    with source_store.unserved(there), moving(there, here, page=page) as moved:
        moved.complete(lambda _: None)


def interrupt_after(pages: int) -> Callable[[int], None]:
    """Give what is told of *pages* pages, and interrupts then."""
    left = iter(range(pages - 1))

    def told(_count: int) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt

    return told


class Silent:
    """Is told of a move that meets no obstacle."""

    def caught_up(self) -> None:
        pass

    def warn(self, text: str) -> None:
        pytest.fail(text)


def everything(url: str) -> dict[str, list[Any]]:
    """All rows of all tables, as far as they are of the store, and not of its database.

    JSON, which the databases write differently, is the doctor's.
    """
    with beside(url) as database, database.snapshot() as connection:
        return {table.name: _rows(connection, table) for table in tables.metadata.sorted_tables}


def _rows(connection: Connection, table: Table) -> list[Any]:
    columns = [
        column
        for column in table.columns
        if not isinstance(column.type, JsonColumn) and column is not tables.store.c.timeline
    ]
    query = select(*columns).order_by(*table.primary_key.columns)
    return [tuple(row) for row in connection.execute(query)]
