"""A write is acknowledged when the standby has it, and not before."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from grpc_server.database.errors import CommitUnknown
from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from grpc_server.items.caller import Caller
from grpc_server.writes.batch import Attempt, Committed
from grpc_server.writes.units import Retention, SingleWrite
from items.v1 import items_pb2 as pb
from tests.clock import Clock
from tests.grpc_server.database.histories import change, commit, get, head
from tests.postgresql import PostgresServer
from tests.standby.cluster import (
    ask,
    primary,
    until,
    wait_for_standbys,
    waiting_for_standbys,
)


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with primary() as running:
        yield running


@pytest.fixture
def store(server: PostgresServer) -> Iterator[Store]:
    """A store whose commits wait for a standby that there is not."""
    store = open_store(server.url)
    wait_for_standbys(server, "nobody")
    yield store
    wait_for_standbys(server, "")
    store.close()


@pytest.fixture
def background() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor() as threads:
        yield threads


@pytest.mark.parametrize("end", ["pg_cancel_backend", "pg_terminate_backend"])
def test_a_commit_that_stops_waiting_for_the_standby_is_unknown(
    server: PostgresServer, store: Store, background: ThreadPoolExecutor, end: str
) -> None:
    committing = background.submit(commit, store, change(1, pb.Item(id="a")))
    until(lambda: waiting_for_standbys(server))
    assert ask(server, f"SELECT {end}(%s)", waiting_for_standbys(server)[0])
    with pytest.raises(CommitUnknown):
        committing.result()


def test_what_waits_for_the_standby_is_not_seen(
    server: PostgresServer, store: Store, background: ThreadPoolExecutor
) -> None:
    committing = background.submit(commit, store, change(1, pb.Item(id="a")))
    until(lambda: waiting_for_standbys(server))
    assert (get(store, "a"), head(store).revision) == ({}, 0)
    wait_for_standbys(server, "")
    committing.result()
    assert head(store).revision == 1


def test_an_unknown_commit_is_resolved_when_a_later_one_has_reached_the_standby(
    server: PostgresServer, store: Store, background: ThreadPoolExecutor
) -> None:
    writing = background.submit(attempt(store).commit)
    for _ in range(2):  # of the write, and of the transaction that looks for it
        cancel_next(server, writing)
    until(lambda: waiting_for_standbys(server))
    assert not writing.done()
    wait_for_standbys(server, "")
    assert [change.revision for change in writing.result().changes] == [1]
    assert head(store).revision == 1


def cancel_next(server: PostgresServer, writing: Future[Committed]) -> None:
    """Cancel a wait for the standby; return when it is over."""
    until(lambda: waiting_for_standbys(server) or writing.done())
    (waiting,) = waiting_for_standbys(server)
    assert ask(server, "SELECT pg_cancel_backend(%s)", waiting)
    until(lambda: waiting not in waiting_for_standbys(server))


def attempt(store: Store) -> Attempt:
    """The creation of one item."""
    request = pb.CreateItemRequest(item=pb.Item(id="a", name="A"))
    unit = SingleWrite(request, Caller(), Retention())
    return Attempt(store, [unit], Clock(), lambda: "new")
