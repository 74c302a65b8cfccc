"""The schema that the migrations build is the one that the code is written for."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pysqlite3 import dbapi2
from sqlalchemy import Connection, Engine, create_engine

from grpc_server.database.postgresql.engines import connection_settings, writing_engine
from grpc_server.database.schema.migration import Migrations
from grpc_server.database.schema.tables import metadata
from grpc_server.database.schema.version_table import VERSION_TABLE
from tests import postgresql
from tests.dialects import DIALECTS

OF_ONE_DIALECT = {"items_by_attributes", "items_by_name"}
"""Alembic compares these with the other dialect's; the definitions tell."""

DEFINITIONS = {
    "sqlite": "SELECT tbl_name, sql FROM sqlite_schema WHERE sql NOT NULL",
    "postgresql": """
        SELECT tablename, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION ALL
        SELECT table_name, concat_ws(' ', column_name, data_type, is_nullable, collation_name)
        FROM information_schema.columns WHERE table_schema = 'public'
        UNION ALL
        SELECT conrelid::regclass::text, pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    """,
}

_OUTER_COMMA = re.compile(r",(?![^(]*\))")


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def migrated(dialect: str, tmp_path: Path) -> Iterator[Connection]:
    with _database(dialect, tmp_path / "migrated.db") as connection:
        Migrations().apply(connection)
        yield connection


@pytest.fixture
def created(dialect: str, tmp_path: Path) -> Iterator[Connection]:
    with _database(dialect, tmp_path / "created.db") as connection:
        metadata.create_all(connection)
        yield connection


def test_alembic_finds_no_difference(migrated: Connection) -> None:
    def is_compared(_object: object, name: str | None, *_: object) -> bool:
        return name not in OF_ONE_DIALECT

    options = {
        "version_table": VERSION_TABLE,
        "compare_type": True,
        "include_object": is_compared,
    }
    context = MigrationContext.configure(migrated, opts=options)
    assert compare_metadata(context, metadata) == []


def test_every_table_and_index_is_defined_alike(migrated: Connection, created: Connection) -> None:
    """Alembic does not look at everything: not at STRICT, nor at what an index leaves out."""
    assert _definitions(migrated) == _definitions(created)


def test_an_upgrade_of_the_newest_schema_changes_nothing(migrated: Connection) -> None:
    before = _definitions(migrated)
    Migrations().apply(migrated)
    assert _definitions(migrated) == before


@contextmanager
def _database(dialect: str, path: Path) -> Iterator[Connection]:
    with ExitStack() as parts:
        engine = _engine(dialect, path, parts)
        parts.callback(engine.dispose)
        yield parts.enter_context(engine.begin())


def _engine(dialect: str, path: Path, parts: ExitStack) -> Engine:
    if dialect == "sqlite":
        return create_engine(f"sqlite:///{path}", module=dbapi2)
    return writing_engine(connection_settings(parts.enter_context(postgresql.database())))


def _definitions(connection: Connection) -> set[str]:
    """Give what the database keeps of each table and index, but those of Alembic."""
    rows: Any = connection.exec_driver_sql(DEFINITIONS[connection.dialect.name])
    return {f"{table} {_parts(sql)}" for table, sql in rows if table != VERSION_TABLE}


def _parts(sql: str) -> list[str]:
    """Give what a table has in any order: a column that was added is behind the constraints."""
    text = " ".join(sql.split())
    table = re.fullmatch(r"(CREATE TABLE \S+) ?\((.*)\)(.*)", text)
    if table is None:
        return [text]
    name, body, options = table.groups()
    return [name, *sorted(part.strip() for part in _OUTER_COMMA.split(body)), options]
