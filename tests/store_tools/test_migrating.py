"""From one schema to the next: what is refused, what is applied, and who may go on meanwhile."""

from pathlib import Path

import pytest
from sqlalchemy.exc import DBAPIError

from grpc_server.database.errors import StoreError, StoreLocked, StoreUnsupported
from grpc_server.database.opening import open_store
from grpc_server.database.schema.migration import Migrations
from tests.grpc_server.database.histories import add, get, head
from tests.store_tools.schemas import (
    ADMITTING,
    EXCLUDING,
    FAILING,
    VIM,
    make_old_store,
    opened,
    run_script,
    schema,
    sql,
    upgrade,
    use,
)

BEFORE_HEAD = [each.revision for each in Migrations().all[:-1]]


@pytest.mark.parametrize("revision", BEFORE_HEAD)
def test_a_server_refuses_an_older_schema_and_says_what_to_run(url: str, revision: str) -> None:
    make_old_store(url, revision, VIM)
    with pytest.raises(StoreUnsupported, match=rf"schema {revision}, .*items migrate apply"):
        open_store(url)
    assert schema(url) == revision


@pytest.mark.parametrize("revision", BEFORE_HEAD)
def test_an_older_store_is_upgraded_with_all_that_it_holds(url: str, revision: str) -> None:
    make_old_store(url, revision, VIM)
    assert upgrade(url, Migrations()) == [each.revision for each in Migrations().after(revision)]
    with opened(url) as store:
        found = head(store)
        assert (found.store_id, found.revision, found.oldest_revision) == ("the store", 1, 1)
        assert (found.token_key, found.lost) == (bytes(32), ())
        assert get(store, "vim") == {"vim": VIM}
        with store.read() as reading:
            assert [each.item for each in reading.revisions("vim", None, 9)] == [VIM]
        use(store)


def test_the_printed_statements_do_what_is_applied(dialect: str, url: str) -> None:
    make_old_store(url, "0001", VIM)
    run_script(url, Migrations().statements(dialect, "0001"))
    assert upgrade(url, Migrations()) == []
    with opened(url) as store:
        use(store)


def test_a_store_that_is_up_to_date_needs_nothing(url: str) -> None:
    open_store(url).close()
    assert upgrade(url, Migrations()) == []


def test_the_previous_version_works_on_a_newer_schema_that_admits_it(url: str) -> None:
    """What it does not know of is there all the time: it writes, reads and is opened again."""
    with opened(url) as store:
        add(store, VIM)
    upgrade(url, ADMITTING)
    with opened(url) as store:
        assert get(store, "vim").keys() == {"vim"}
        use(store)
    with opened(url) as store:
        assert head(store).revision == 4
    assert schema(url) == "9999"


def test_the_previous_version_refuses_a_newer_schema_that_does_not_admit_it(url: str) -> None:
    open_store(url).close()
    upgrade(url, EXCLUDING)
    with pytest.raises(StoreUnsupported, match=r"schema 9999, which .* does not know"):
        open_store(url)
    with pytest.raises(StoreUnsupported, match="schema 9999"):
        upgrade(url, Migrations())


def test_a_version_that_a_newer_schema_admits_has_nothing_to_apply(url: str) -> None:
    open_store(url).close()
    upgrade(url, ADMITTING)
    assert upgrade(url, Migrations()) == []


def test_what_schemas_admit_never_goes_back() -> None:
    admitted = [each.serves_from for each in Migrations().all]
    assert admitted == sorted(admitted)
    assert all(each.serves_from <= each.revision for each in Migrations().all)


def test_each_migration_is_a_transaction(url: str) -> None:
    open_store(url).close()
    with pytest.raises(StoreError, match=r"migration 9999: .*colours"):
        upgrade(url, FAILING)
    assert schema(url) == "9998"
    assert sql(url, "SELECT * FROM colours") == []
    with pytest.raises(DBAPIError, match="shapes"):
        sql(url, "SELECT * FROM shapes")


def test_an_empty_database_becomes_a_store(dialect: str, url: str, tmp_path: Path) -> None:
    if dialect == "sqlite":
        (tmp_path / "items.db").touch()
    assert upgrade(url, Migrations()) == []
    with opened(url) as store:
        assert head(store).revision == 0


def test_a_file_that_is_missing_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no file"):
        upgrade(f"sqlite:///{tmp_path}/items.db", Migrations())
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_a_server_owns_is_not_migrated(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/items.db"
    with opened(url), pytest.raises(StoreLocked, match="in use by process"):
        upgrade(url, ADMITTING)
