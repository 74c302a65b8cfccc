"""The schema that the migrations build is the one that the code is written for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pysqlite3 import dbapi2
from sqlalchemy import Connection, create_engine

from grpc_server.database import migration
from grpc_server.database.schema import metadata


@pytest.fixture
def migrated(tmp_path: Path) -> Iterator[Connection]:
    with _database(tmp_path / "migrated.db") as connection:
        migration.upgrade(connection)
        yield connection


@pytest.fixture
def created(tmp_path: Path) -> Iterator[Connection]:
    with _database(tmp_path / "created.db") as connection:
        metadata.create_all(connection)
        yield connection


def test_alembic_finds_no_difference(migrated: Connection) -> None:
    options = {"version_table": migration.VERSION_TABLE, "compare_type": True}
    context = MigrationContext.configure(migrated, opts=options)
    assert compare_metadata(context, metadata) == []


def test_every_table_and_index_is_defined_alike(migrated: Connection, created: Connection) -> None:
    """Alembic does not look at everything: not at STRICT, nor at what an index leaves out."""
    assert _definitions(migrated) == _definitions(created)


def test_an_upgrade_of_the_newest_schema_changes_nothing(migrated: Connection) -> None:
    before = _definitions(migrated)
    migration.upgrade(migrated)
    assert _definitions(migrated) == before


@contextmanager
def _database(path: Path) -> Iterator[Connection]:
    engine = create_engine(f"sqlite:///{path}", module=dbapi2)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


def _definitions(connection: Connection) -> set[str]:
    """Give what SQLite keeps of each table and index, but those of Alembic."""
    rows = connection.exec_driver_sql("SELECT tbl_name, sql FROM sqlite_schema WHERE sql NOT NULL")
    return {" ".join(sql.split()) for table, sql in rows if table != migration.VERSION_TABLE}
