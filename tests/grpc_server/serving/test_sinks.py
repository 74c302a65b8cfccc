"""The sinks over gRPC: one relay at a time, and a cursor that only moves on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.duration_pb2 import Duration
from grpc import aio

from grpc_server.main import serving
from grpc_server.sinks.leases import MAX_SINKS
from items.v1 import items_pb2, items_pb2_grpc, sinks_pb2_grpc
from items.v1 import sinks_pb2 as pb
from tests.clock import Clock
from tests.grpc_server.serving.details import Refusal, refusal
from tests.servers import server_settings

NAME = "nats://localhost:4222/items"
LEASE = Duration(seconds=10)


@dataclass
class Service:
    """The two services of a running server, and its clock."""

    items: items_pb2_grpc.ItemServiceStub
    sinks: sinks_pb2_grpc.SinkServiceStub
    clock: Clock = field(default_factory=Clock)

    async def write(self, count: int) -> None:
        """Write as many revisions as *count* says."""
        for _ in range(count):
            item = items_pb2.Item(name="x")
            await self.items.CreateItem(items_pb2.CreateItemRequest(item=item))

    async def acquire(self, holder: str = "one", **changes: Any) -> pb.Sink:
        asked: dict[str, Any] = {"name": NAME, "holder": holder, "lease_duration": LEASE} | changes
        return await self.sinks.AcquireSink(pb.AcquireSinkRequest(**asked))

    async def advance(self, epoch: int, revision: int, **changes: Any) -> pb.Sink:
        asked: dict[str, Any] = {
            "name": NAME,
            "epoch": epoch,
            "revision": revision,
            "lease_duration": LEASE,
        }
        return await self.sinks.AdvanceSink(pb.AdvanceSinkRequest(**(asked | changes)))

    async def park(self, epoch: int, revision: int, ordinal: int = 0, why: str = "no") -> pb.Sink:
        asked = pb.ParkEventRequest(
            name=NAME, epoch=epoch, revision=revision, ordinal=ordinal, why=why
        )
        return await self.sinks.ParkEvent(asked)

    async def release(self, epoch: int) -> pb.Sink:
        return await self.sinks.ReleaseSink(pb.ReleaseSinkRequest(name=NAME, epoch=epoch))

    async def replay(self, revision: int) -> pb.Sink:
        asked = pb.ReplaySinkRequest(name=NAME, from_revision=revision)
        return await self.sinks.ReplaySink(asked)

    async def skip(self, revision: int) -> pb.Sink:
        asked = pb.SkipRevisionRequest(name=NAME, revision=revision, why="poison")
        return await self.sinks.SkipRevision(asked)

    async def delete(self) -> None:
        await self.sinks.DeleteSink(pb.DeleteSinkRequest(name=NAME))

    async def listed(self) -> pb.ListSinksResponse:
        return await self.sinks.ListSinks(pb.ListSinksRequest())

    async def parked(self, **page: Any) -> pb.ListParkedEventsResponse:
        return await self.sinks.ListParkedEvents(pb.ListParkedEventsRequest(name=NAME, **page))


@asynccontextmanager
async def sink_service(folder: Path, clock: Clock | None = None) -> AsyncIterator[Service]:
    clock = clock or Clock()
    async with (
        serving(server_settings(folder), clock) as address,
        aio.insecure_channel(address) as channel,
    ):
        items = items_pb2_grpc.ItemServiceStub(channel)
        yield Service(items, sinks_pb2_grpc.SinkServiceStub(channel), clock)


@pytest.fixture
async def service(folder: Path) -> AsyncIterator[Service]:
    async with sink_service(folder) as service:
        yield service


async def refused(call: Awaitable[object]) -> Refusal:
    with pytest.raises(aio.AioRpcError) as raised:
        await call
    return refusal(raised.value)


async def test_a_new_sink_starts_with_what_comes_next(service: Service) -> None:
    await service.write(3)
    sink = await service.acquire()
    assert (sink.revision, sink.holder, sink.state) == (3, "one", pb.SINK_STATE_ACTIVE)
    assert sink.lease_expire_time.ToDatetime(UTC) == service.clock.now + timedelta(seconds=10)


async def test_a_new_sink_starts_from_the_revision_that_is_asked_for(service: Service) -> None:
    await service.write(3)
    assert (await service.acquire(from_revision=0)).revision == 0


async def test_a_sink_that_exists_keeps_its_cursor(service: Service) -> None:
    await service.write(3)
    await service.acquire(from_revision=1)
    assert (await service.acquire(from_revision=2)).revision == 1


async def test_a_sink_cannot_start_after_what_is_written(service: Service) -> None:
    found = await refused(service.acquire(from_revision=1))
    assert (found.code, found.reason) == ("OUT_OF_RANGE", "REVISION_IN_FUTURE")
    assert not (await service.listed()).sinks


async def test_of_many_relays_that_acquire_at_once_exactly_one_wins(service: Service) -> None:
    calls = (service.acquire(f"relay-{number}") for number in range(50))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    won = [answer for answer in answers if isinstance(answer, pb.Sink)]
    lost = [refusal(error) for error in answers if isinstance(error, aio.AioRpcError)]
    assert len(won) == 1
    assert {each.reason for each in lost} == {"SINK_HELD"}
    assert {each.metadata["holder"] for each in lost} == {won[0].holder}
    assert len(lost) == 49


async def test_a_held_sink_is_refused_until_its_lease_has_expired(service: Service) -> None:
    first = await service.acquire("one")
    service.clock.move(seconds=9.9)
    found = await refused(service.acquire("two"))
    assert (found.code, found.reason) == ("FAILED_PRECONDITION", "SINK_HELD")
    service.clock.move(seconds=0.1)
    second = await service.acquire("two")
    assert (second.holder, second.epoch > first.epoch) == ("two", True)


async def test_the_holder_renews_its_lease_under_the_same_epoch(service: Service) -> None:
    first = await service.acquire()
    service.clock.move(seconds=5)
    again = await service.acquire()
    assert again.epoch == first.epoch
    assert again.lease_expire_time.seconds == first.lease_expire_time.seconds + 5


async def test_a_relay_that_lost_its_lease_can_neither_advance_nor_park(service: Service) -> None:
    await service.write(2)
    old = await service.acquire("one", from_revision=0)
    service.clock.move(seconds=60)
    new = await service.acquire("two")
    for call in (service.advance(old.epoch, 2), service.park(old.epoch, 1)):
        found = await refused(call)
        assert (found.code, found.reason) == ("ABORTED", "LEASE_LOST")
    assert (await service.advance(new.epoch, 1)).revision == 1
    assert not (await service.parked()).events


async def test_a_lease_that_expired_unnoticed_is_renewed_by_an_advance(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire(from_revision=0)
    service.clock.move(seconds=60)
    assert (await service.listed()).sinks[0].state == pb.SINK_STATE_IDLE
    advanced = await service.advance(sink.epoch, 1)
    assert (advanced.epoch, advanced.state) == (sink.epoch, pb.SINK_STATE_ACTIVE)
    assert (await refused(service.acquire("two"))).reason == "SINK_HELD"


async def test_the_cursor_never_goes_back(service: Service) -> None:
    await service.write(3)
    sink = await service.acquire(from_revision=0)
    first = await service.advance(sink.epoch, 3)
    service.clock.move(seconds=5)
    late = await service.advance(sink.epoch, 2)
    assert (late.revision, late.advance_time) == (3, first.advance_time)
    assert late.lease_expire_time.seconds == first.lease_expire_time.seconds + 5


async def test_what_is_not_written_cannot_have_been_published(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire()
    for call in (service.advance(sink.epoch, 2), service.park(sink.epoch, 2), service.replay(2)):
        found = await refused(call)
        assert (found.code, found.reason) == ("OUT_OF_RANGE", "REVISION_IN_FUTURE")


async def test_a_released_sink_is_free_and_its_lease_worth_nothing(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire()
    released = await service.release(sink.epoch)
    assert (released.holder, released.state) == ("", pb.SINK_STATE_IDLE)
    assert (await refused(service.advance(sink.epoch, 1))).reason == "LEASE_LOST"
    assert (await service.acquire("two")).epoch > sink.epoch


async def test_an_old_lease_releases_nothing(service: Service) -> None:
    old = await service.acquire("one")
    service.clock.move(seconds=60)
    await service.acquire("two")
    assert (await service.release(old.epoch)).holder == "two"


async def test_why_publishing_fails_is_shown_until_it_does_not(service: Service) -> None:
    sink = await service.acquire()
    await service.advance(sink.epoch, 0, last_error="broker is down")
    assert (await service.listed()).sinks[0].last_error == "broker is down"
    assert not (await service.advance(sink.epoch, 0)).last_error


async def test_a_replay_sets_the_cursor_back_and_ends_the_lease(service: Service) -> None:
    await service.write(3)
    sink = await service.acquire()
    replayed = await service.replay(1)
    assert (replayed.revision, replayed.holder) == (1, "")
    assert (await refused(service.advance(sink.epoch, 3))).reason == "LEASE_LOST"
    assert (await service.acquire()).revision == 1


async def test_what_is_replayed_is_parked_no_longer(service: Service) -> None:
    await service.write(3)
    sink = await service.acquire(from_revision=0)
    for revision in (1, 2, 3):
        await service.park(sink.epoch, revision)
    assert (await service.replay(1)).parked_count == 1
    assert [event.revision for event in (await service.parked()).events] == [1]


async def test_an_event_that_is_parked_twice_is_one_parked_event(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire(from_revision=0)
    await service.park(sink.epoch, 1, why="too large")
    assert (await service.park(sink.epoch, 1, why="much too large")).parked_count == 1
    (event,) = (await service.parked()).events
    assert (event.why, event.park_time.ToDatetime(UTC)) == ("much too large", service.clock.now)


async def test_a_skipped_revision_is_passed_and_kept_with_its_reason(service: Service) -> None:
    await service.write(2)
    sink = await service.acquire(from_revision=0)
    skipped = await service.skip(1)
    assert (skipped.revision, skipped.parked_count, skipped.holder) == (1, 1, "")
    (event,) = (await service.parked()).events
    assert (event.revision, event.ordinal, event.why) == (1, -1, "poison")
    assert (await refused(service.advance(sink.epoch, 2))).reason == "LEASE_LOST"


async def test_only_the_next_revision_can_be_skipped(service: Service) -> None:
    await service.write(3)
    await service.acquire(from_revision=1)
    for revision in (1, 3):
        found = await refused(service.skip(revision))
        assert (found.code, found.reason) == ("FAILED_PRECONDITION", "REVISION_NOT_NEXT")
        assert found.metadata == {"revision": "2"}


async def test_a_revision_that_is_not_written_cannot_be_skipped(service: Service) -> None:
    await service.acquire()
    assert (await refused(service.skip(1))).reason == "REVISION_IN_FUTURE"


async def test_a_store_has_at_most_so_many_sinks(service: Service) -> None:
    for number in range(MAX_SINKS):
        await service.acquire(name=f"sink-{number}")
    told = await refused(service.acquire())
    assert (told.code, told.reason) == ("FAILED_PRECONDITION", "TOO_MANY_SINKS")
    await service.acquire(name="sink-0")
    await service.sinks.ReleaseSink(
        pb.ReleaseSinkRequest(name="sink-1", epoch=(await service.acquire(name="sink-1")).epoch)
    )
    await service.sinks.DeleteSink(pb.DeleteSinkRequest(name="sink-1"))
    await service.acquire()


async def test_a_sink_is_deleted_with_what_is_parked_of_it(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire(from_revision=0)
    await service.park(sink.epoch, 1)
    assert (await refused(service.delete())).reason == "SINK_HELD"
    await service.release(sink.epoch)
    await service.delete()
    assert not (await service.listed()).sinks
    await service.acquire()
    assert not (await service.parked()).events


async def test_a_lease_of_a_deleted_sink_is_not_one_of_its_successor(service: Service) -> None:
    await service.write(1)
    old = await service.acquire()
    service.clock.move(seconds=60)
    await service.delete()
    assert (await service.acquire("two")).epoch > old.epoch
    assert (await refused(service.advance(old.epoch, 1))).reason == "LEASE_LOST"


async def test_there_is_no_sink_that_nobody_has_acquired(service: Service) -> None:
    calls = (
        service.advance(1, 0),
        service.park(1, 1),
        service.release(1),
        service.replay(0),
        service.skip(1),
        service.delete(),
        service.parked(),
    )
    for call in calls:
        found = await refused(call)
        assert (found.code, found.reason) == ("NOT_FOUND", "SINK_NOT_FOUND")


async def test_sinks_are_listed_by_name_with_the_revisions_of_the_store(service: Service) -> None:
    await service.write(2)
    for name in ("redis://b", "amqp://a"):
        await service.acquire(name=name)
    listed = await service.listed()
    assert [sink.name for sink in listed.sinks] == ["amqp://a", "redis://b"]
    assert (listed.revision, listed.oldest_revision) == (2, 1)
    assert {len(sink.store_id) for sink in listed.sinks} == {36}


async def test_parked_events_are_read_in_pages_newest_first(service: Service) -> None:
    await service.write(3)
    sink = await service.acquire(from_revision=0)
    for place in ((1, 0), (2, 1), (2, 0), (3, 0)):
        await service.park(sink.epoch, *place)
    first = await service.parked(page_size=3)
    rest = await service.parked(page_size=3, page_token=first.next_page_token)
    places = [(event.revision, event.ordinal) for event in (*first.events, *rest.events)]
    assert places == [(3, 0), (2, 1), (2, 0), (1, 0)]
    assert not rest.next_page_token


async def test_a_damaged_page_token_is_refused(service: Service) -> None:
    await service.acquire()
    page = {"page_token": "x"}
    assert (await refused(service.parked(**page))).reason == "INVALID_PAGE_TOKEN"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "a b"}, "name"),
        ({"name": "x" * 513}, "name"),
        ({"holder": ""}, "holder"),
        ({"holder": "\0"}, "holder"),
        ({"lease_duration": Duration(nanos=999_999_999)}, "lease_duration"),
        ({"lease_duration": Duration(seconds=301)}, "lease_duration"),
        ({"lease_duration": None}, "lease_duration"),
        ({"from_revision": -1}, "from_revision"),
    ],
)
async def test_what_is_beyond_the_limits_is_refused(
    service: Service, changes: dict[str, Any], field: str
) -> None:
    found = await refused(service.acquire(**changes))
    assert (found.reason, list(found.violations)) == ("VALIDATION_FAILED", [field])


async def test_numbers_at_their_limits_are_refused_for_a_reason(service: Service) -> None:
    sink = await service.acquire()
    largest = 2**63 - 1
    calls = {
        "REVISION_IN_FUTURE": (
            service.acquire(name="new", from_revision=largest),
            service.advance(sink.epoch, largest),
            service.park(sink.epoch, largest, 2**31 - 1),
            service.replay(largest),
        ),
        "REVISION_NOT_NEXT": (service.skip(largest),),
        "LEASE_LOST": (service.advance(largest, 0), service.advance(-1, 0), service.advance(0, 0)),
        "VALIDATION_FAILED": (service.park(sink.epoch, 1, -1), service.parked(page_size=-1)),
    }
    for reason, refusals in calls.items():
        for call in refusals:
            assert (await refused(call)).reason == reason


async def test_sinks_take_no_revision(service: Service) -> None:
    await service.write(1)
    sink = await service.acquire(from_revision=0)
    await service.park(sink.epoch, 1)
    await service.advance(sink.epoch, 1)
    await service.replay(0)
    await service.skip(1)
    assert (await service.listed()).revision == 1


async def test_sinks_survive_a_restart(folder: Path) -> None:
    async with sink_service(folder) as service:
        await service.write(2)
        sink = await service.acquire(from_revision=0)
        before = await service.advance(sink.epoch, 1)
    async with sink_service(folder) as service:
        assert list((await service.listed()).sinks) == [before]
        assert (await service.advance(sink.epoch, 2)).revision == 2
