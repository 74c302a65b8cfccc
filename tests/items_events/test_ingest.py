"""Writes from a queue or a stream: each applied once, or a dead letter."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from aio_pika.exceptions import ChannelPreconditionFailed
from google.rpc import error_details_pb2
from grpc import StatusCode

from items_client import ItemsClient
from items_client.errors import NotFound
from items_client.retries import NEVER
from items_events.brokers.broker_url import source_url
from items_events.ingest.ingest import MAX_ATTEMPTS, Ingest
from items_events.ingest.problems import MAX_BYTES, as_json
from items_events.ingest.rabbitmq import DELIVERY_LIMIT
from tests.items_client.failing_service import failure
from tests.items_events.contract import violations
from tests.items_events.proxy import Proxy, proxying
from tests.items_events.raw_amqp import MESSAGE_ID, TIMESTAMP, TYPE, publish_raw, short
from tests.items_events.relaying import QUICK, eventually
from tests.items_events.writers import (
    WRITERS,
    RabbitMQWriter,
    Writer,
    creation,
    new_id,
    rabbitmq_writer,
)
from tests.needs import needs
from tests.replicas.scripted import Replica


@pytest.fixture(params=sorted(WRITERS))
async def writer(request: pytest.FixtureRequest, folder: Path) -> AsyncIterator[Writer]:
    """Somebody who sends writes, over each of the two kinds of source."""
    needs(request.param)
    place = folder / "broker"
    place.mkdir()
    async with WRITERS[request.param](place) as sender:
        yield sender


@pytest.fixture
async def way(service: str) -> AsyncIterator[Proxy]:
    """What lies between the ingest and a real service."""
    host, port = service.rsplit(":", 1)
    async with proxying((host, int(port))) as proxy:
        yield proxy


@pytest.fixture
async def items(way: Proxy) -> AsyncIterator[ItemsClient]:
    """A client of that service."""
    async with ItemsClient(f"127.0.0.1:{way.port}", timeout=2) as client:
        yield client


@asynccontextmanager
async def ingesting(items: ItemsClient, writer: Writer) -> AsyncIterator[None]:
    """The ingest, within the block; it has made what it reads from."""
    task = asyncio.create_task(Ingest(source_url(writer.url), items, backoff=QUICK).run())
    try:
        await eventually(lambda: is_ready(writer))
        yield
    except TimeoutError:
        print(f"not dealt with: {await writer.waiting()}; the ingest is in", *awaited(task))  # noqa: T201  # pytest shows it when the test fails
        raise
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def awaited(task: asyncio.Task[Any]) -> list[str]:
    """The coroutines that *task* is in, outermost first, each with its line."""
    found: list[str] = []
    coroutine: Any = task.get_coro()
    while frame := getattr(coroutine, "cr_frame", None):
        found.append(f"{frame.f_code.co_qualname}:{frame.f_lineno}")
        coroutine = coroutine.cr_await
    return found


async def is_ready(writer: Writer) -> bool:
    try:
        await writer.waiting()
    except Exception:  # noqa: BLE001  # whatever its client says of what is not there
        return False
    return True


async def exists(items: ItemsClient, item_id: str) -> bool:
    try:
        await items.get(item_id)
    except NotFound:
        return False
    return True


async def test_a_message_is_applied_with_its_id_as_request_id(
    writer: Writer, items: ItemsClient
) -> None:
    message_id = new_id()
    async with ingesting(items, writer):
        await writer.send(creation("vim"), message_id)
        await eventually(lambda: exists(items, "vim"))
    revision = await anext(aiter(items.revisions("vim")))
    assert revision.request_id == message_id


async def test_an_id_that_is_no_uuid_becomes_one(writer: Writer, items: ItemsClient) -> None:
    async with ingesting(items, writer):
        await writer.send(creation("vim"), "order 66/é")
        await eventually(lambda: exists(items, "vim"))
    revision = await anext(aiter(items.revisions("vim")))
    assert UUID(revision.request_id).version == 5


async def test_messages_are_applied_in_order(writer: Writer, items: ItemsClient) -> None:
    async with ingesting(items, writer):
        await writer.send(creation("vim"), new_id())
        for number in range(20):
            body = {"writes": [{"update": {"item": {"id": "vim", "name": str(number)}}}]}
            await writer.send(json.dumps(body).encode(), new_id())
        await writer.send(creation("last"), new_id())
        await eventually(lambda: exists(items, "last"))
    names = [revision.item.name async for revision in items.revisions("vim")]
    assert names == [str(number) for number in reversed(range(20))] + ["Vim"]


async def test_a_message_that_comes_twice_is_applied_once(
    writer: Writer, items: ItemsClient
) -> None:
    message_id = new_id()
    async with ingesting(items, writer):
        await writer.send(creation("vim"), message_id)
        await writer.send(creation("vim"), message_id)
        await writer.send(creation("last"), new_id())
        await eventually(lambda: exists(items, "last"))
    assert await writer.dead_letters() == []
    assert len([revision async for revision in items.revisions("vim")]) == 1


async def test_a_message_whose_acknowledgement_was_lost_changes_nothing_again(
    writer: Writer, items: ItemsClient
) -> None:
    async with ingesting(items, writer):
        for number in range(50):
            await writer.send(creation(f"item-{number}"), new_id())
            if number % 10 == 5:
                await writer.break_connections()
        await eventually(lambda: exists(items, "item-49"))
    assert await writer.dead_letters() == []
    found = [item.id async for item in items.list()]
    assert len(found) == 50


async def test_messages_outlive_the_broker_and_are_applied_once(
    writer: Writer, items: ItemsClient, way: Proxy
) -> None:
    async with ingesting(items, writer):
        await writer.send(creation("first"), new_id())
        await eventually(lambda: exists(items, "first"))
        await way.refuse()  # so that some are delivered, and not applied
        for number in range(20):
            await writer.send(creation(f"item-{number}"), new_id())
        await writer.broker.stop()
        await way.accept()
        await writer.broker.start()
        await writer.send(creation("last"), new_id())
        await eventually(lambda: exists(items, "last"))
    assert await writer.dead_letters() == []
    assert len([item async for item in items.list()]) == 22


async def test_a_message_waits_for_the_service(
    writer: Writer, items: ItemsClient, way: Proxy
) -> None:
    async with ingesting(items, writer):
        await way.refuse()
        await writer.send(creation("vim"), new_id())
        await asyncio.sleep(0)
        await way.accept()
        await eventually(lambda: exists(items, "vim"))
    assert await writer.dead_letters() == []


async def test_twenty_crashes_bury_nothing_that_was_prefetched(
    folder: Path, items: ItemsClient, way: Proxy
) -> None:
    needs("rabbitmq")
    async with rabbitmq_writer(folder) as writer:
        async with ingesting(items, writer):
            pass
        await way.refuse()  # so that nothing is dealt with
        for number in range(10):
            await writer.send(creation(f"item-{number}"), new_id())
        for _ in range(22):
            async with ingesting(items, writer):
                await eventually(partial(is_prefetched, writer))
        await way.accept()
        async with ingesting(items, writer):
            await eventually(lambda: exists(items, "item-9"))
        assert await writer.dead_letters() == []


async def is_prefetched(writer: RabbitMQWriter) -> bool:
    """Whether the ingest has taken everything that is ready."""
    return await writer.waiting() == 0


async def test_a_queue_has_a_delivery_limit_on_purpose(folder: Path, items: ItemsClient) -> None:
    """RabbitMQ 4 would have one of its own, of 20."""
    needs("rabbitmq")
    async with rabbitmq_writer(folder) as writer:
        async with ingesting(items, writer):
            pass
        async with writer.broker.channel() as channel:
            with pytest.raises(ChannelPreconditionFailed, match=f"'{DELIVERY_LIMIT}'"):
                await channel.declare_queue(
                    writer.queue,
                    durable=True,
                    arguments={
                        "x-queue-type": "quorum",
                        "x-dead-letter-exchange": "",
                        "x-dead-letter-routing-key": f"{writer.queue}.dead",
                    },
                )


async def test_a_commit_of_unknown_outcome_is_no_fault_of_the_message(writer: Writer) -> None:
    reason = error_details_pb2.ErrorInfo(reason="COMMIT_OUTCOME_UNKNOWN")
    service = Replica(failure(StatusCode.UNKNOWN, reason))
    service.failures = 2 * MAX_ATTEMPTS
    async with (
        service.serving() as address,
        ItemsClient(address, retry=NEVER) as client,
        ingesting(client, writer),
    ):
        await writer.send(creation("vim"), new_id())
        await eventually(partial(has_calls, service, 2 * MAX_ATTEMPTS + 1))
        await eventually(partial(all_dealt_with, writer))
    assert await writer.dead_letters() == []
    assert len({request.request_id for request in service.requests}) == 1


async def has_calls(service: Replica, number: int) -> bool:
    return service.calls >= number


async def all_dealt_with(writer: Writer) -> bool:
    return await writer.waiting() == 0


BAD = {
    "nothing": (b"", "MALFORMED_JSON"),
    "no JSON": (b"\xff\x00{", "MALFORMED_JSON"),
    "half of JSON": (b'{"writes": [', "MALFORMED_JSON"),
    "another thing": (b"[1, 2]", "VALIDATION_FAILED"),
    "null": (b"null", "VALIDATION_FAILED"),
    "no writes": (b'{"writes": []}', "VALIDATION_FAILED"),
    "an unknown field": (b'{"writes": [], "wirtes": []}', "VALIDATION_FAILED"),
    "a key twice": (
        b'{"writes":[{"delete":{"id":"a"}}],"writes":[{"delete":{"id":"b"}}]}',
        "MALFORMED_JSON",
    ),
    "too deep": (b'{"writes":' + b"[" * 5000 + b"]" * 5000 + b"}", "MALFORMED_JSON"),
    "a lone surrogate": (creation("vim").replace(b"Vim", rb"\ud800"), "MALFORMED_JSON"),
    "an item that breaks a limit": (creation("vim", name=""), "VALIDATION_FAILED"),
    "an item that is not there": (b'{"writes":[{"delete":{"id":"no"}}]}', "ITEM_NOT_FOUND"),
    "too many writes": (
        json.dumps({"writes": [{"delete": {"id": "a"}}] * 1001}).encode(),
        "VALIDATION_FAILED",
    ),
    "attributes that are too large": (
        creation("vim", attributes={"x": "y" * (5 << 20)}),
        "VALIDATION_FAILED",
    ),
    "what the service does not read": (
        json.dumps(
            {
                "writes": [
                    {
                        "replace": {
                            "item": {"id": f"i{n}", "name": "x", "attributes": {"x": "y" * 60_000}}
                        }
                    }
                    for n in range(80)
                ]
            }
        ).encode(),
        "REQUEST_TOO_LARGE",
    ),
    "more than is looked at": (b" " * (17 << 20), "REQUEST_TOO_LARGE"),
}


@pytest.mark.parametrize("what", BAD)
async def test_a_message_that_cannot_be_applied_is_a_dead_letter_and_stops_nothing(
    writer: Writer, items: ItemsClient, what: str
) -> None:
    body, reason = BAD[what]
    async with ingesting(items, writer):
        await writer.send(body, "bad")
        await writer.send(creation("after"), new_id())
        await eventually(lambda: exists(items, "after"))
    (dead,) = await writer.dead_letters()
    assert dead.body == body
    assert dead.problem["reason"] == reason
    assert dead.problem["type"] == f"/errors#{reason.lower().replace('_', '-')}"
    assert dead.problem["messageId"] == "bad"
    assert violations("#/components/schemas/Problem", dead.problem) == []


async def test_a_problem_fits_into_the_headers_of_a_message(
    writer: Writer, items: ItemsClient
) -> None:
    unknown = {f"{number}{'✎' * 1000}": 1 for number in range(100)}
    async with ingesting(items, writer):
        await writer.send(json.dumps({"writes": [], **unknown}).encode(), new_id())
        await writer.send(creation("after"), new_id())
        await eventually(lambda: exists(items, "after"))
    (dead,) = await writer.dead_letters()
    assert dead.problem["violations"]
    assert violations("#/components/schemas/Problem", dead.problem) == []
    assert len(as_json(dead.problem).encode()) <= MAX_BYTES


async def test_a_batch_that_is_refused_in_part_says_which_writes(
    writer: Writer, items: ItemsClient
) -> None:
    writes = [
        {"create": {"item": {"id": "vim", "name": "Vim"}}},
        {"delete": {"id": "nothing"}},
        {"update": {"item": {"id": "vim", "name": "Vi", "etag": "77"}}},
    ]
    body = json.dumps({"writes": writes, "allowPartial": True}).encode()
    async with ingesting(items, writer):
        await writer.send(body, new_id())
        await writer.send(creation("after"), new_id())
        await eventually(lambda: exists(items, "after"))
    (dead,) = await writer.dead_letters()
    assert (await items.get("vim")).name == "Vim"
    assert violations("#/components/schemas/Problem", dead.problem) == []
    assert violations("#/components/schemas/BatchWriteItemsRequest", json.loads(body)) == []
    refused = dead.problem["writes"]
    assert [(one["index"], one["reason"]) for one in refused] == [
        (1, "ITEM_NOT_FOUND"),
        (2, "ETAG_MISMATCH"),
    ]


async def test_ids_of_any_kind_are_told_apart(writer: Writer, items: ItemsClient) -> None:
    strange = ["é" * 120, "x" * 255, " ", "{}", "00000000-0000-0000-0000-000000000000", "\t\n"]
    async with ingesting(items, writer):
        for number, message_id in enumerate(strange):
            await writer.send(creation(f"item-{number}"), message_id)
        await eventually(lambda: exists(items, f"item-{len(strange) - 1}"))
    assert await writer.dead_letters() == []


async def test_properties_that_cannot_be_read_stop_nothing(
    folder: Path, items: ItemsClient
) -> None:
    needs("rabbitmq")
    not_utf8, known = short(b"\xff\xfe"), short(b"an id")
    async with rabbitmq_writer(folder) as writer:
        async with ingesting(items, writer):
            send = partial(publish_raw, writer.broker.address, writer.queue)
            await send(creation("id"), {MESSAGE_ID: not_utf8})
            await send(creation("type"), {MESSAGE_ID: known, TYPE: not_utf8})
            await send(creation("time"), {MESSAGE_ID: known, TIMESTAMP: b"\x7f" * 8})
            await writer.send(creation("last"), new_id())
            await eventually(lambda: exists(items, "last"))
        dead = [letter.body for letter in await writer.dead_letters()]
    assert dead == [creation("id"), creation("type"), creation("time")]
