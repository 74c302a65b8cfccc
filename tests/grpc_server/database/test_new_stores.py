"""A store that tests are lent is as one that is made for them."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from grpc_server.database.opening import open_store
from grpc_server.database.schema import tables
from tests.dialects import DIALECTS, new_store_url, store_url, stores_on
from tests.new_stores import engine_at
from tests.store_tools.made import make_store

IDENTITY = ("store_id", "token_key")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_a_store_is_as_new_whoever_has_used_its_database(dialect: str, tmp_path: Path) -> None:
    identities = set()
    for number in range(2):
        (folder := tmp_path / str(number)).mkdir()
        with stores_on(dialect, folder):
            new, made = new_store_url(folder, "new"), store_url(folder, "made")
            open_store(made).close()
            assert content(new) == content(made)
            identities |= {identity(new), identity(made)}
            make_store(new)
            assert content(new) != content(made)
    assert len(identities) == 4


def content(url: str) -> dict[str, list[Any]]:
    """The rows of each table, without the identity of the store."""
    columns = {
        table: [column for column in table.c if column.name not in IDENTITY]
        for table in tables.metadata.tables.values()
    }
    with engine_at(url) as engine, engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(*some))))
            for table, some in columns.items()
        }


def identity(url: str) -> tuple[Any, ...]:
    """What tells the store from all others."""
    with engine_at(url) as engine, engine.connect() as connection:
        query = select(*(tables.store.c[name] for name in IDENTITY))
        return tuple(connection.execute(query).one())
