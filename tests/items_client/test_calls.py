import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from pathlib import Path

import grpc
import pytest

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.calls import Caller, CallOptions
from items_client.channel import open_channel
from items_client.errors import NotFound, Unavailable
from tests.items_client.failing_service import failing, failure, retry_after

VIM = pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim"))
DOWN = failure(grpc.StatusCode.UNAVAILABLE)


@dataclass
class Time:
    """A clock that moves only when somebody sleeps."""

    now: float = 100.0
    sleeps: list[float] = field(default_factory=list)

    def clock(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


@pytest.fixture
def time() -> Time:
    return Time()


def caller(time: Time, options: CallOptions | None = None) -> Caller:
    ids = (f"id-{number}" for number in count(1))
    return Caller(options or CallOptions(), time.clock, time.sleep, lambda: next(ids))


@asynccontextmanager
async def stub(target: str) -> AsyncIterator[ItemServiceStub]:
    async with open_channel(target) as channel:
        yield ItemServiceStub(channel)


async def test_a_call_is_sent_again_until_the_service_answers(folder: Path, time: Time) -> None:
    async with failing(folder, DOWN, DOWN) as (target, service), stub(target) as items:
        assert (await caller(time).call(items.CreateItem, VIM)).id == "vim"
    assert len(service.requests) == 3
    assert len(time.sleeps) == 2


async def test_every_attempt_of_a_write_has_the_same_request_id(folder: Path, time: Time) -> None:
    async with failing(folder, DOWN, DOWN) as (target, service), stub(target) as items:
        await caller(time).call(items.CreateItem, VIM)
    assert len({request.request_id for request in service.requests}) == 1
    assert service.requests[0].request_id.startswith("id-")


async def test_two_writes_of_one_message_are_two_writes(folder: Path, time: Time) -> None:
    calling = caller(time)
    async with failing(folder) as (target, service), stub(target) as items:
        await calling.call(items.CreateItem, VIM)
        await calling.call(items.CreateItem, VIM)
    first, second = (request.request_id for request in service.requests)
    assert first != second
    assert VIM.request_id == ""


async def test_a_request_id_of_the_callers_own_is_kept(folder: Path, time: Time) -> None:
    request = pb.CreateItemRequest(item=VIM.item, request_id="mine")
    async with failing(folder) as (target, service), stub(target) as items:
        await caller(time).call(items.CreateItem, request)
    assert service.requests[0].request_id == "mine"


async def test_the_delay_that_the_service_asks_for_is_kept(folder: Path, time: Time) -> None:
    busy = failure(grpc.StatusCode.RESOURCE_EXHAUSTED, retry_after(timedelta(seconds=4)))
    async with failing(folder, busy) as (target, _), stub(target) as items:
        await caller(time).call(items.CreateItem, VIM)
    assert 4 <= time.sleeps[0] <= 6


async def test_nothing_is_sent_again_after_the_deadline(folder: Path, time: Time) -> None:
    late = failure(grpc.StatusCode.UNAVAILABLE, retry_after(timedelta(seconds=30)))
    async with failing(folder, late) as (target, service), stub(target) as items:
        with pytest.raises(Unavailable):
            await caller(time, CallOptions(timeout=10)).call(items.CreateItem, VIM)
    assert len(service.requests) == 1
    assert time.sleeps == []


async def test_a_refusal_is_not_sent_again(folder: Path, time: Time) -> None:
    missing = failure(grpc.StatusCode.NOT_FOUND)
    async with failing(folder, missing) as (target, service), stub(target) as items:
        with pytest.raises(NotFound):
            await caller(time).call(items.GetItem, pb.GetItemRequest(id="vim"))
    assert len(service.requests) == 1


async def test_the_actor_and_the_metadata_are_sent(folder: Path, time: Time) -> None:
    options = CallOptions(actor="importer", metadata=(("x-tenant", "a"),))
    async with failing(folder) as (target, service), stub(target) as items:
        await caller(time, options).call(items.CreateItem, VIM)
    sent = service.metadata[0]
    assert (sent["items-actor"], sent["x-tenant"]) == ("importer", "a")
    assert str(sent["x-request-id"]).startswith("id-")


async def test_an_own_x_request_id_is_kept(folder: Path, time: Time) -> None:
    options = CallOptions(metadata=(("x-request-id", "mine"),))
    missing = failure(grpc.StatusCode.NOT_FOUND)
    async with failing(folder, missing) as (target, service), stub(target) as items:
        with pytest.raises(NotFound) as raised:
            await caller(time, options).call(items.CreateItem, VIM)
    assert service.metadata[0]["x-request-id"] == "mine"
    assert raised.value.request_id == "mine"


async def test_a_service_that_is_not_there_is_unavailable(folder: Path, time: Time) -> None:
    async with stub(f"unix:{folder}/nobody.sock") as items:
        with pytest.raises(Unavailable) as raised:
            await caller(time).call(items.CreateItem, VIM)
    assert raised.value.reason == ""


async def test_a_cancelled_call_is_not_sent_again(folder: Path, time: Time) -> None:
    async with failing(folder) as (target, service), stub(target) as items:
        task = asyncio.create_task(caller(time).call(items.CreateItem, VIM))
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert service.requests == []


@pytest.mark.parametrize("timeout", [0, -1, float("nan")])
def test_a_timeout_that_is_no_time_is_refused(timeout: float) -> None:
    with pytest.raises(ValueError, match="timeout"):
        CallOptions(timeout=timeout)


@pytest.mark.parametrize("actor", ["Zoë", "a\nb"])
def test_an_actor_that_metadata_cannot_hold_is_refused(actor: str) -> None:
    with pytest.raises(ValueError, match="actor"):
        CallOptions(actor=actor)
