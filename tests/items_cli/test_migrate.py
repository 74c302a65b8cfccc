"""`items migrate`, as an operator runs it before a new version is started."""

from pathlib import Path

import pytest

from grpc_server.database.opening import open_store
from tests.items_cli.program import items
from tests.store_tools.schemas import VIM, make_old_store


@pytest.fixture
def old(tmp_path: Path) -> str:
    """A store of the schema before."""
    url = f"sqlite:///{tmp_path}/items.db"
    make_old_store(url, "0002", VIM)
    return url


async def test_a_plan_says_what_would_be_done_and_does_nothing(old: str, tmp_path: Path) -> None:
    before = _bytes(tmp_path)
    outcome = await items("migrate", "plan", "--store", old)
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("0003  Which servers a schema admits")
    assert _bytes(tmp_path) == before


async def test_a_plan_shows_the_statements(old: str) -> None:
    outcome = await items("migrate", "plan", "--sql", "--store", old)
    assert outcome.code == 0
    assert "ALTER TABLE store ADD COLUMN lost_revisions" in outcome.out
    assert "UPDATE schema_support SET serves_from='0002'" in outcome.out


async def test_check_tells_by_its_exit_code_whether_a_server_would_start(old: str) -> None:
    before = await items("migrate", "check", "--store", old)
    assert (before.code, before.err) == (1, "")
    assert f"items migrate apply --store {old}" in before.out
    applied = await items("migrate", "apply", env={"ITEMS_STORE": old})
    assert (applied.code, applied.out.splitlines()[-1]) == (0, "the store has schema 0004")
    after = await items("migrate", "check", "--store", old)
    assert (after.code, after.out) == (0, "yes: the store has schema 0004\n")
    assert (await items("migrate", "plan", "--store", old)).out == "nothing to do\n"


async def test_a_server_that_refuses_the_schema_says_what_to_run(old: str) -> None:
    outcome = await items("grpc", "--store", old, "--grpc", "127.0.0.1:0")
    assert outcome.code == 1
    assert f"items migrate apply --store {old}" in outcome.err


async def test_a_store_in_use_and_one_that_is_not_there_are_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/items.db"
    missing = await items("migrate", "apply", "--store", url)
    assert (missing.code, missing.out) == (2, "")
    assert missing.err == f"error: there is no file {tmp_path}/items.db\n"
    store = open_store(url)
    used = await items("migrate", "apply", "--store", url)
    store.close()
    assert (used.code, used.out) == (2, "")
    assert "is in use by process" in used.err


def _bytes(folder: Path) -> bytes:
    return (folder / "items.db").read_bytes()
