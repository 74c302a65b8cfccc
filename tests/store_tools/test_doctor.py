"""The doctor: a sound store is sound, and whatever is damaged is found."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grpc_server.database.opening import open_store
from items.v1 import items_pb2 as pb
from store_tools.access import beside
from store_tools.doctor.examination import examine
from store_tools.doctor.findings import MOST, Finding, Report
from tests.grpc_server.database.histories import NOON, add
from tests.store_tools.made import make_store, version
from tests.store_tools.schemas import opened, sql

SOON = NOON + timedelta(minutes=1)


def examined(url: str, now: datetime = SOON) -> Report:
    with beside(url) as database, database.snapshot() as connection:
        return examine(connection, now)


def said(findings: Sequence[Finding]) -> list[str]:
    return [str(finding) for finding in findings]


def test_an_empty_store_is_sound(url: str) -> None:
    open_store(url).close()
    assert said(examined(url).findings) == []


def test_a_store_with_something_of_everything_is_sound(url: str) -> None:
    make_store(url)
    report = examined(url)
    assert said(report.findings) == []
    assert (report.revision, report.items, report.changes) == (8, 5, 9)


def test_a_store_is_examined_beside_who_writes(url: str) -> None:
    with opened(url) as store, beside(url) as database, database.snapshot() as connection:
        add(store, pb.Item(id="vim"))
        assert said(examine(connection, SOON).findings) == []
        add(store, pb.Item(id="nano"))
        assert examine(connection, SOON).revision <= 1


PAYLOAD = version(4, "vim", name="Vi", labels={"kind": "editor"}).SerializeToString()


@pytest.mark.parametrize(
    ("damage", "found"),
    [
        ("DELETE FROM changes WHERE revision = 6", ["revisions: revision 6 is missing"]),
        (
            "DELETE FROM changes WHERE revision BETWEEN 5 AND 6",
            ["revisions: revisions 5 to 6 are missing"],
        ),
        (
            "DELETE FROM changes WHERE revision = 8",
            [
                "revisions: the store is at revision 8, but its newest change is 7",
                "items: `emacs` has no change that made it",
            ],
        ),
        (
            "UPDATE store SET revision = 9",
            ["revisions: the store is at revision 9, but its newest change is 8"],
        ),
        (
            "UPDATE changes SET ordinal = 5 WHERE revision = 3 AND ordinal = 1",
            ["revisions: revision 3: change 5 stands where 1 should"],
        ),
        (
            "UPDATE store SET oldest_revision = 20",
            [
                "identity: the oldest kept revision, 20, is beyond 8",
                "revisions: the store is at revision 8, but its newest change is none",
                "compaction: `ed` has 2 versions before revision 20, the oldest one that is kept",
            ],
        ),
        (
            "UPDATE store SET oldest_revision = 5",
            ["compaction: `vim` has 2 versions before revision 5, the oldest one that is kept"],
        ),
        (
            "UPDATE changes SET item_id = 'vi' WHERE revision = 8",
            [
                "versions: revision 8, change 0: it is about `vi`, but holds `emacs` of revision 8",
                "items: `emacs` has no change that made it",
                "items: `vi` is missing, though its newest change, 8, left it there",
            ],
        ),
        (
            "UPDATE items SET payload = :payload WHERE id = 'vim'",
            [
                "items: `vim` is not what its newest change says",
                "columns: `vim`: the column name is not what the payload says",
                "columns: `vim`: the column labels is not what the payload says",
            ],
        ),
        (
            "UPDATE items SET payload = :bytes WHERE id = 'vim'",
            [
                "items: `vim` is not what its newest change says",
                "columns: `vim`: an item in the database cannot be decoded",
            ],
        ),
        (
            "UPDATE items SET name = 'Vi' WHERE id = 'vim'",
            ["columns: `vim`: the column name is not what the payload says"],
        ),
        (
            "UPDATE items SET expire_time = NULL WHERE id = 'ed'",
            ["columns: `ed`: the column expire_time is not what the payload says"],
        ),
        (
            """UPDATE items SET attributes = '{"a": 1}' WHERE id = 'odd'""",
            ["columns: `odd`: the column attributes is not what the payload says"],
        ),
        (
            "DELETE FROM items WHERE id = 'emacs'",
            ["items: `emacs` is missing, though its newest change, 8, left it there"],
        ),
        (
            "INSERT INTO items (id, revision, payload) VALUES ('gone', 7, :bytes)",
            [
                "items: `gone` is still there, though its newest change says that it expired",
                "columns: `gone`: an item in the database cannot be decoded",
            ],
        ),
        (
            "DELETE FROM item_labels WHERE item_id = 'vim' AND key = 'v'",
            ["labels: `vim` is not found by its label v=9"],
        ),
        (
            "INSERT INTO item_labels (key, value, item_id) VALUES ('a', 'b', 'vim')",
            ["labels: `vim` is found by the label a=b, which it does not have"],
        ),
        (
            "UPDATE sinks SET revision = 9 WHERE name = 'near'",
            ["cursors: `near` is at revision 9, the store at 8"],
        ),
        (
            "UPDATE sinks SET revision = 1 WHERE name = 'far'",
            ["lost sinks: `far` is LOST: it is at revision 1, and 3 is the oldest one kept"],
        ),
        (
            "UPDATE sinks SET parked_count = 2",
            [
                "parked events: `near` counts 2 parked events, and has 1",
                "parked events: `far` counts 2 parked events, and has none",
            ],
        ),
        (
            "UPDATE parked_events SET sink = 'other', revision = 99",
            [
                "parked events: 1 events are parked of `other`, which is no sink",
                "parked events: `other`: revision 99 is parked, the store is at 8",
                "parked events: `near` counts 1 parked events, and has none",
            ],
        ),
        (
            "UPDATE store SET token_key = :bytes",
            ["identity: the key of page tokens has 4 bytes, not 16 to 64"],
        ),
        ("UPDATE store SET store_id = 'mine'", ["identity: the store's id, 'mine', is not a UUID"]),
        (
            "UPDATE store SET lost_revisions = '[[5, 99]]'",
            ["identity: revisions 5 to 99 cannot have been left out by a restore"],
        ),
        (
            "UPDATE store SET lost_revisions = '[[5, 7]]'",
            [
                "revisions: revision 5 stands where 8 should",
                "revisions: revision 6 stands where 8 should",
                "revisions: revision 7 stands where 8 should",
            ],
        ),
        (
            "UPDATE changes SET commit_time = commit_time - 60000000 WHERE revision = 5",
            ["clock: revision 5 was committed at 2024-05-17T11:59:05"],
        ),
        (
            "UPDATE store SET commit_time = 5",
            ["clock: the store says that revision 8 is of 1970-01-01"],
        ),
        (
            "UPDATE request_ids SET expire_time = expire_time - 172800000000",
            ["expiry: 8 answers to request ids expired a day before the newest commit"],
        ),
        (
            "UPDATE request_ids SET expire_time = 9000000000000000 WHERE request_id = 'r1'",
            ["expiry: 1 answers to request ids expire more than ten years after"],
        ),
    ],
)
def test_damage_is_found_and_named(url: str, damage: str, found: list[str]) -> None:
    make_store(url)
    values = {"payload": PAYLOAD, "bytes": b"\xff\xff\xff\xff"}
    sql(url, damage, **{name: value for name, value in values.items() if f":{name}" in damage})
    findings = said(examined(url).findings)
    assert [start for start in found if not any(line.startswith(start) for line in findings)] == []


def test_the_clock_is_compared_with_that_of_the_examination(url: str) -> None:
    make_store(url)
    (finding,) = examined(url, now=NOON - timedelta(hours=1)).findings
    assert "after now: a clock was wrong" in finding.text
    assert not finding.is_damage


def test_what_is_everywhere_is_told_a_bounded_number_of_times(url: str) -> None:
    with opened(url) as store:
        add(store, *(pb.Item(id=f"i{number}") for number in range(3 * MOST)))
    sql(url, "UPDATE items SET name = 'other'")
    findings = examined(url).findings
    assert len(findings) == MOST + 1
    assert str(findings[-1]) == "columns: there is more of this"


def test_pages_that_are_overwritten_are_found(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/items.db"
    with opened(url) as store:
        add(store, *(pb.Item(id=f"item-{number}", name="n" * 200) for number in range(300)))
    path = tmp_path / "items.db"
    damaged = bytearray(path.read_bytes())
    damaged[80_000:110_000] = bytes(30_000)
    path.write_bytes(damaged)
    findings = examined(url, now=datetime.now(UTC)).findings
    assert "integrity" in {finding.about for finding in findings}
    assert all(finding.is_damage for finding in findings)
