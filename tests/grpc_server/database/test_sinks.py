"""Sinks and parked events are kept as they were put, and nothing else is."""

from collections.abc import Iterable

import pytest

from grpc_server.database.store import Commit, Store
from items.v1 import items_pb2
from items.v1 import sinks_pb2 as pb
from tests.grpc_server.database.histories import NOON, change, head

NAME = "redis://localhost/items"


def sink(name: str = NAME, **fields: int | str) -> pb.Sink:
    made = pb.Sink(name=name, **fields)  # type: ignore[arg-type]  # a test knows its fields
    made.lease_expire_time.FromDatetime(NOON)
    return made


def event(revision: int, ordinal: int = 0, why: str = "too large") -> pb.ParkedEvent:
    made = pb.ParkedEvent(revision=revision, ordinal=ordinal, why=why)
    made.park_time.FromDatetime(NOON)
    return made


def put(store: Store, *sinks: pb.Sink) -> None:
    with store.write() as writing:
        for each in sinks:
            writing.put_sink(each)


def put_and_fail(store: Store) -> None:
    with store.write() as writing:
        writing.put_sink(sink())
        writing.park(NAME, event(1))
        raise LookupError


def park(store: Store, events: Iterable[pb.ParkedEvent], name: str = NAME) -> list[bool]:
    with store.write() as writing:
        return [writing.park(name, each) for each in events]


def parked(store: Store, name: str = NAME) -> list[pb.ParkedEvent]:
    with store.read() as reading:
        return reading.parked(name, None, 100)


def sinks(store: Store) -> list[pb.Sink]:
    with store.read() as reading:
        return reading.sinks()


def test_a_new_store_has_no_sinks(store: Store) -> None:
    assert sinks(store) == []


def test_a_sink_is_read_exactly_as_it_was_put(store: Store) -> None:
    full = sink(revision=7, epoch=2**60, holder="h", parked_count=3, last_error="é\n")
    full.advance_time.FromDatetime(NOON)
    put(store, full, pb.Sink(name="bare"))
    assert sinks(store) == [pb.Sink(name="bare"), full]


def test_a_sink_that_is_put_again_takes_the_place_of_the_old_one(store: Store) -> None:
    put(store, sink(revision=1, holder="one"))
    put(store, pb.Sink(name=NAME, revision=2))
    assert sinks(store) == [pb.Sink(name=NAME, revision=2)]


def test_a_transaction_sees_the_sinks_that_it_has_put(store: Store) -> None:
    with store.write() as writing:
        assert writing.sink(NAME) is None
        writing.put_sink(sink(revision=1))
        assert writing.sink(NAME) == sink(revision=1)
        writing.put_sink(sink(revision=2))
        assert writing.sinks() == [sink(revision=2)]


def test_sinks_are_put_only_if_the_transaction_is_committed(store: Store) -> None:
    with pytest.raises(LookupError):
        put_and_fail(store)
    assert (sinks(store), parked(store)) == ([], [])


def test_sinks_and_items_are_written_together(store: Store) -> None:
    with store.write() as writing:
        writing.put_sink(sink())
        writing.save(Commit([change(1, items_pb2.Item(id="vim"))]))
    assert (sinks(store), head(store).revision) == ([sink()], 1)


def test_a_parked_event_is_read_exactly_as_it_was_parked(store: Store) -> None:
    park(store, [event(3, -1, "é\n")])
    assert parked(store) == [event(3, -1, "é\n")]


def test_parked_events_are_read_newest_first_below_a_place(store: Store) -> None:
    events = [event(2, 10), event(2, 9), event(2, -1), event(1, 5)]
    park(store, reversed(events))
    with store.read() as reading:
        assert reading.parked(NAME, None, 3) == events[:3]
        assert reading.parked(NAME, (2, 9), 3) == events[2:]
        assert reading.parked(NAME, (1, 5), 3) == []
        assert reading.parked("another", None, 3) == []


def test_an_event_is_parked_once(store: Store) -> None:
    first, second = event(1, 0, "first"), event(1, 0, "second")
    assert park(store, [first, second, event(1, 1)]) == [True, False, True]
    assert park(store, [second]) == [False]
    assert parked(store) == [event(1, 1), second]


def test_what_is_unparked_comes_after_a_revision_and_is_of_one_sink(store: Store) -> None:
    park(store, [event(1), event(2), event(2, 1), event(3)])
    park(store, [event(3)], name="another")
    with store.write() as writing:
        assert writing.unpark(NAME, 1) == 3
        assert writing.unpark(NAME, 1) == 0
    assert (parked(store), parked(store, "another")) == ([event(1)], [event(3)])


def test_a_sink_is_removed_with_what_is_parked_of_it(store: Store) -> None:
    put(store, sink(), sink("another"))
    park(store, [event(1)])
    park(store, [event(1)], name="another")
    with store.write() as writing:
        writing.remove_sink(NAME)
        writing.remove_sink("none")
    assert sinks(store) == [sink("another")]
    assert (parked(store), parked(store, "another")) == ([], [event(1)])
