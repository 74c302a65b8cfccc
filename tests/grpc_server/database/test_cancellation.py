"""A read that nobody waits for ends, whatever it does; and what it was lent is lent again."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Event

import pytest

from grpc_server.database.cancellation import Cancellation
from grpc_server.database.errors import ReadCancelled, StoreError
from grpc_server.database.query import Attribute, ItemQuery, Matches, Or
from grpc_server.database.store import Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add, head

VALUE = "a" * 60_000
SLOW = Or(tuple(Matches(Attribute(("x",)), ("", "a" * 31 + chr(98 + n), "")) for n in range(20)))
"""Takes minutes, of 300 items."""


@pytest.fixture
def slow_store(store: Store) -> Store:
    """A store in which SLOW takes minutes."""
    items = [pb.Item(id=f"i{n}") for n in range(300)]
    for item in items:
        item.attributes["x"] = VALUE
    add(store, *items)
    return store


@pytest.fixture
def thread() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(1) as executor:
        yield executor


def read_slowly(store: Store, cancellation: Cancellation, begun: Event) -> None:
    with store.read(cancellation) as reading:
        begun.set()
        reading.page(ItemQuery(1000, where=SLOW))


def test_a_statement_ends_when_it_is_cancelled(
    slow_store: Store, thread: ThreadPoolExecutor
) -> None:
    cancellation, begun = Cancellation(), Event()
    reading = thread.submit(read_slowly, slow_store, cancellation, begun)
    assert begun.wait(5)
    began = time.monotonic()
    while not reading.done():
        cancellation.interrupt()
        wait([reading], timeout=0.01)
    assert time.monotonic() - began < 2
    with pytest.raises(StoreError):
        reading.result()
    assert head(slow_store).revision == 300


def test_every_connection_works_after_its_read_was_cancelled(
    slow_store: Store, thread: ThreadPoolExecutor
) -> None:
    for _ in range(8):  # as many as are lent, and more
        cancellation, begun = Cancellation(), Event()
        reading = thread.submit(read_slowly, slow_store, cancellation, begun)
        assert begun.wait(5)
        while not reading.done():
            cancellation.interrupt()
            wait([reading], timeout=0.01)
    for _ in range(8):
        with slow_store.read() as snapshot:
            assert snapshot.items(["i7"])["i7"].attributes["x"] == VALUE


def test_a_read_that_was_cancelled_before_does_not_begin(store: Store) -> None:
    cancellation = Cancellation()
    cancellation.set()
    with pytest.raises(ReadCancelled), store.read(cancellation):
        pass


def test_a_cancellation_without_a_statement_ends_none(store: Store) -> None:
    cancellation = Cancellation()
    with store.read(cancellation) as reading:
        reading.head()
    cancellation.interrupt()
    assert head(store).revision == 0
