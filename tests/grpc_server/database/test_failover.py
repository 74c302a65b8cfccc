"""A database that is no longer the one that was written last: its store goes on beyond."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from tests.dialects import new_store_url, stores_on
from tests.grpc_server.database.histories import add, change, commit, head
from tests.new_stores import engine_at

A_MILLION = 1_000_000


@pytest.fixture
def postgresql_url(tmp_path: Path) -> Iterator[str]:
    with stores_on("postgresql", tmp_path):
        yield new_store_url(tmp_path)


@pytest.fixture
def promoted(postgresql_url: str) -> Iterator[Store]:
    """A store at revision 2 that was written last on another timeline."""
    store = open_store(postgresql_url)
    add(store, pb.Item(id="a"), pb.Item(id="b"))
    with engine_at(postgresql_url) as engine, engine.begin() as connection:
        connection.execute(text("UPDATE store SET timeline = timeline + 1"))
    yield store
    store.close()


def has_failed_over(store: Store) -> bool:
    with store.read() as reading:
        return reading.has_failed_over()


def step(store: Store, seen: int = 0) -> int:
    """Begin a write, and write nothing; tells the newest revision after it."""
    with store.write(seen) as writing:
        return writing.head().revision


def next_revision(store: Store) -> int:
    """Write an item now; tells its revision."""
    revision = head(store).revision + 1
    written = change(1, pb.Item(id="next", revision=revision))
    commit(store, replace(written, revision=revision))
    return revision


def test_a_promoted_database_goes_on_beyond_all_that_it_may_have_lost(promoted: Store) -> None:
    commit_time = head(promoted).commit_time
    assert commit_time is not None
    microseconds = (datetime.now(UTC) - commit_time) // timedelta(microseconds=1)
    assert has_failed_over(promoted)
    with promoted.write() as writing:
        (lost,) = writing.head().lost
    assert lost.first == 3
    assert lost.last >= 2 + microseconds
    assert head(promoted).revision == lost.last
    assert next_revision(promoted) == lost.last + 1


def test_a_promoted_database_steps_over_once(promoted: Store, postgresql_url: str) -> None:
    first = step(promoted)
    other = open_store(postgresql_url)
    assert (step(promoted), step(other)) == (first, first)
    assert not has_failed_over(promoted)
    other.close()


def test_a_step_is_undone_with_the_transaction_that_took_it(promoted: Store) -> None:
    with pytest.raises(LookupError), promoted.write():
        raise LookupError
    assert head(promoted).revision == 2
    assert has_failed_over(promoted)


def test_a_step_ends_the_leases_of_all_sinks(promoted: Store) -> None:
    with promoted.write() as writing:
        writing.put_sink(sinks_pb2.Sink(name="sink", revision=1, epoch=5, holder="relay"))
    with promoted.read() as reading:
        (held,) = reading.sinks()
    assert held.holder == "relay"  # taken after the step, which that write began with
    with promoted.write(seen=head(promoted).revision + 1), promoted.read():
        pass
    with promoted.read() as reading:
        (released,) = reading.sinks()
    assert (released.holder, released.epoch > held.epoch) == ("", True)


def test_a_revision_that_was_seen_and_is_gone_is_stepped_over(store: Store) -> None:
    add(store, pb.Item(id="a"))
    seen = head(store).revision + 7 * A_MILLION * A_MILLION
    assert step(store, seen) >= seen + A_MILLION
    assert next_revision(store) > seen + A_MILLION


def test_a_store_that_has_come_as_far_as_was_seen_goes_on(store: Store) -> None:
    add(store, pb.Item(id="a"), pb.Item(id="b"))
    assert [step(store, seen) for seen in (0, 1, 2)] == [2, 2, 2]
    assert head(store).lost == ()
    assert not has_failed_over(store)


def test_a_write_tells_the_clock_of_the_database(postgresql_url: str) -> None:
    store = open_store(postgresql_url)
    with store.write() as writing:
        assert writing.time is not None
        assert abs(writing.time - datetime.now(UTC)) < timedelta(minutes=1)
    store.close()
