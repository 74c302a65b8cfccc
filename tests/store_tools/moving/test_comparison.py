"""Two stores that are not the same are told apart, whatever the difference."""

from datetime import timedelta

import pytest

from grpc_server.database.errors import StoreUnsupported
from store_tools.access import beside
from store_tools.moving.comparison import Contents, Side, compare
from store_tools.moving.move import moving
from tests.grpc_server.database.histories import NOON, add
from tests.store_tools.made import make_store, version
from tests.store_tools.moving.conftest import Places, both_ways, on_sqlite
from tests.store_tools.moving.stored import interrupt_after, move
from tests.store_tools.schemas import VIM, opened, sql

NOW = NOON + timedelta(seconds=9)


def compared(places: Places) -> dict[str, Contents]:
    """What is compared of the two stores, by what it is about."""
    with (
        beside(places.there) as one,
        beside(places.here) as other,
        one.snapshot() as there,
        other.snapshot() as here,
    ):
        sides = Side.of(there, one.url), Side.of(here, other.url)
        return {each.about: each for each in compare(*sides, NOW)}


def different(places: Places) -> dict[str, list[tuple[object, ...]]]:
    """The keys of what differs."""
    found = compared(places).items()
    return {about: each.differing for about, each in found if not each.is_equal}


@pytest.fixture
def copied(places: Places) -> Places:
    make_store(places.there)
    move(places.there, places.here)
    return places


@both_ways
def test_a_copy_is_equal(copied: Places) -> None:
    found = compared(copied)
    assert {about: each.counts for about, each in found.items() if each.is_equal} == {
        "identity": [4, 4],
        "history": [9, 9],
        "items": [5, 5],
        "rows of items": [5, 5],
        "request ids": [8, 8],
        "sinks": [2, 2],
        "parked events": [1, 1],
    }


@on_sqlite
@pytest.mark.parametrize(
    ("statement", "differing"),
    [
        ("UPDATE store SET store_id = 'x'", {"identity": [("store id",)]}),
        ("UPDATE store SET commit_time = 5", {"identity": [("commit time",)]}),
        ("UPDATE store SET token_key = x'00'", {"identity": [("token key",)]}),
        ("UPDATE store SET lost_revisions = '[[2,3]]'", {"identity": [("lost revisions",)]}),
        ("UPDATE changes SET actor = 'eve' WHERE revision = 5", {"history": [(5, 0)]}),
        ("UPDATE changes SET commit_time = 0 WHERE revision = 5", {"history": [(5, 0)]}),
        ("DELETE FROM changes WHERE revision = 8", {"history": [(8, 0)], "items": [("emacs",)]}),
        ("DELETE FROM items WHERE id = 'nano'", {"rows of items": [("nano",)]}),
        ("UPDATE items SET payload = x'' WHERE id = 'ed'", {"rows of items": [("ed",)]}),
        ("DELETE FROM request_ids WHERE request_id = 'r4'", {"request ids": [("r4", "ada")]}),
        ("UPDATE sinks SET revision = 7 WHERE name = 'near'", {"sinks": [("near",)]}),
        ("DELETE FROM parked_events", {"parked events": [("near", 7, 0)]}),
    ],
)
def test_a_difference_is_found(
    copied: Places, statement: str, differing: dict[str, object]
) -> None:
    sql(copied.here, statement)
    assert different(copied) == differing


@both_ways
def test_a_version_that_only_one_has_is_found(copied: Places) -> None:
    sql(
        copied.here,
        "INSERT INTO changes (revision, ordinal, item_id, kind, commit_time, actor, request_id,"
        " payload) VALUES (8, 1, 'new', 1, 0, '', '', :payload)",
        payload=version(8, "new").SerializeToString(),
    )
    assert different(copied) == {"history": [(8, 1)], "items": [("new",)]}


@both_ways
def test_of_two_that_stand_elsewhere_what_both_have_is_compared(copied: Places) -> None:
    with opened(copied.here) as store:
        add(store, VIM)
        with store.write() as writing:
            writing.compact(9)
    assert compared(copied).keys() == {"identity", "history from revision 9 on", "items"}
    assert different(copied) == {}
    sql(copied.here, "DELETE FROM changes WHERE item_id = 'nano'")
    assert different(copied) == {"items": [("nano",)]}


@both_ways
def test_what_has_no_revision_in_common_is_not_compared(copied: Places) -> None:
    with opened(copied.here) as store:
        add(store, VIM, VIM)
        with store.write() as writing:
            writing.compact(10)
    with pytest.raises(StoreUnsupported, match="keeps nothing before 10"):
        compared(copied)


@on_sqlite
def test_expired_answers_are_not_compared(copied: Places) -> None:
    sql(copied.here, "UPDATE request_ids SET expire_time = 0")
    sql(copied.there, "DELETE FROM request_ids")
    assert different(copied) == {}


@both_ways
def test_an_unfinished_copy_is_compared_up_to_where_it_is(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here) as moved:
        moved.catch_up(lambda _: None)
    sql(places.there, "DELETE FROM sinks")
    assert compared(places).keys() == {"identity", "history", "items"}
    assert different(places) == {}
    sql(places.here, "UPDATE changes SET actor = 'eve' WHERE revision = 5")
    assert different(places) == {"history": [(5, 0)]}


@both_ways
def test_a_copy_that_has_more_to_drop_is_not_compared(places: Places) -> None:
    make_store(places.there)
    with moving(places.there, places.here, page=1) as moved:
        with pytest.raises(KeyboardInterrupt):
            moved.catch_up(interrupt_after(1))
        with opened(places.there) as store, store.write() as writing:
            writing.compact(8)
        moved.catch_up(lambda _: None)
    with pytest.raises(StoreUnsupported, match="still has to drop"):
        compared(places)
