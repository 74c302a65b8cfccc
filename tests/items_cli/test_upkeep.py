"""`items backup` and `items doctor`, as an operator runs them."""

import json
import re
from pathlib import Path

import pytest

from tests.items_cli.program import items
from tests.store_tools.made import make_store
from tests.store_tools.schemas import sql


@pytest.fixture
def store(tmp_path: Path) -> str:
    url = f"sqlite:///{tmp_path}/items.db"
    make_store(url)
    return url


async def test_a_backup_says_what_it_holds(store: str, tmp_path: Path) -> None:
    outcome = await items("backup", f"{tmp_path}/b.db", "--store", store)
    assert (outcome.code, outcome.err) == (0, "")
    said = rf"{tmp_path}/b\.db: store [0-9a-f-]{{36}} at revision 8, [0-9.]+ kB in [0-9.]+ s\n"
    assert re.fullmatch(said, outcome.out)


async def test_a_backup_replaces_a_file_only_if_it_is_told_to(store: str, tmp_path: Path) -> None:
    (tmp_path / "--b.db").write_text("precious")
    outcome = await items("backup", "--store", store, "--", f"{tmp_path}/--b.db")
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err == f"error: {tmp_path}/--b.db is there already; --force replaces it\n"
    forced = await items("backup", "--force", "--store", store, "--", f"{tmp_path}/--b.db")
    assert forced.code == 0


async def test_a_sound_store_is_told_by_exit_code_0(store: str) -> None:
    outcome = await items("doctor", "--store", store)
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(r"store \S+ at revision 8: 5 items, 9 changes\nsound\n", outcome.out)


async def test_findings_are_told_a_line_each_and_by_exit_code_1(store: str) -> None:
    sql(store, "DELETE FROM changes WHERE revision = 6")
    sql(store, "UPDATE items SET name = 'Vi' WHERE id = 'vim'")
    outcome = await items("doctor", "--store", store)
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.splitlines()[1:] == [
        "revisions: revision 6 is missing",
        "columns: `vim`: the column name is not what the payload says",
        "2 findings",
    ]


async def test_programs_are_told_in_json(store: str) -> None:
    sql(store, "UPDATE sinks SET revision = 1 WHERE name = 'far'")
    outcome = await items("doctor", "--json", "--store", store)
    assert outcome.code == 1
    report = json.loads(outcome.out)
    assert (report["revision"], report["items"], report["is_sound"]) == (8, 5, False)
    assert report["findings"] == [
        {
            "about": "lost sinks",
            "text": "`far` is LOST: it is at revision 1, and 3 is the oldest one kept",
            "is_damage": False,
        }
    ]


async def test_what_cannot_be_read_is_told_by_exit_code_2(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"no database" * 1000)
    for name in ("other", "missing"):
        outcome = await items("doctor", "--store", f"sqlite:///{tmp_path}/{name}.db")
        assert (outcome.code, outcome.out) == (2, "")
        assert outcome.err.startswith("error: ")


async def test_a_restore_says_what_is_lost_and_where_the_old_store_is(
    store: str, tmp_path: Path
) -> None:
    await items("backup", f"{tmp_path}/b.db", "--store", store)
    refused = await items("restore", f"{tmp_path}/b.db", "--store", store)
    assert (refused.code, refused.out) == (2, "")
    assert refused.err == f"error: {tmp_path}/items.db is there already; --force sets it aside\n"
    outcome = await items("restore", f"{tmp_path}/b.db", "--force", "--store", store)
    assert (outcome.code, outcome.err) == (0, "")
    assert re.fullmatch(
        rf"{tmp_path}/items\.db: store as of revision 8, 2024-05-17 12:00:08 UTC\n"
        r"what store \S+ wrote after revision 8 is lost: it goes on with revision \d{14,}\n"
        rf"the store that was there is {tmp_path}/items\.db\.replaced-\d{{8}}T\d{{6}}Z\n",
        outcome.out,
    )
    marked = await items("restore", "--mark-only", "--store", store)
    assert marked.code == 0
    assert re.fullmatch(r"what store \S+ wrote after revision \d+ is lost: .*\n", marked.out)


async def test_a_restore_without_a_backup_is_no_command(store: str, tmp_path: Path) -> None:
    nothing = await items("restore", "--store", store)
    both = await items("restore", f"{tmp_path}/b.db", "--mark-only", "--store", store)
    assert [nothing.code, both.code] == [2, 2]
    assert "name a backup FILE, or --mark-only" in nothing.err
