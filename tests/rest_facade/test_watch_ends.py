"""How a stream over HTTP ends: by a refusal, a fault, a stop, or because nobody listens."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest
from grpc import StatusCode
from structlog.testing import capture_logs

from items.v1 import items_pb2 as pb
from rest_facade.answers.catch_ups import MOST
from tests.rest_facade.event_source import WATCH, EventSource, lines, watching
from tests.rest_facade.scripted_watch import ending, scripted, serving, silent
from tests.servers import facade, http_client, item_service, rest_client

BOOKMARK = pb.WatchItemsResponse(bookmark=pb.Bookmark(revision=7, store_id="s"))
UNKNOWN = pb.WatchItemsResponse.FromString(b"\x7a\x00")  # a field of a later version

PASSING = [
    (StatusCode.UNAVAILABLE, "SHUTTING_DOWN", 503),
    (StatusCode.UNAVAILABLE, "STORE_UNAVAILABLE", 503),
    (StatusCode.ABORTED, "WATCHER_TOO_SLOW", 409),
    (StatusCode.RESOURCE_EXHAUSTED, "OVERLOADED", 429),
    (StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED", 504),
]

LASTING = [
    (StatusCode.OUT_OF_RANGE, "REVISION_COMPACTED", 410),
    (StatusCode.OUT_OF_RANGE, "REVISION_IN_FUTURE", 400),
    (StatusCode.FAILED_PRECONDITION, "STORE_MISMATCH", 400),
    (StatusCode.INTERNAL, "INTERNAL", 500),
]

Case = tuple[StatusCode, str, int]


@pytest.mark.parametrize("case", [*PASSING, *LASTING], ids=lambda case: case[1])
async def test_a_stream_that_does_not_begin_is_refused_with_a_status(
    folder: Path, case: Case
) -> None:
    code, reason, http = case
    async with (
        serving(folder, scripted(status=ending(code, reason, oldest_revision="9"))) as upstream,
        rest_client(folder, upstream) as rest,
    ):
        response = await rest.get(WATCH, params={"fromRevision": 1})
    assert response.status_code == http
    assert response.headers["content-type"] == "application/problem+json"
    assert response.json()["reason"] == reason


@pytest.mark.parametrize("case", [*PASSING, *LASTING], ids=lambda case: case[1])
async def test_a_stream_that_ends_says_why_in_its_last_event(folder: Path, case: Case) -> None:
    code, reason, http = case
    async with (
        serving(folder, scripted(UNKNOWN, BOOKMARK, status=ending(code, reason))) as upstream,
        rest_client(folder, upstream) as rest,
        watching(rest, headers={"x-request-id": "mine"}) as source,
    ):
        bookmark, error = [event async for event in source]
    assert bookmark.data == {"revision": "7", "storeId": "s"}
    assert (error.name, error.data["reason"], error.data["status"]) == ("error", reason, http)
    assert error.data["requestId"] == "mine"
    assert error.last_id == "7"


async def test_of_lines_the_last_one_says_why(folder: Path) -> None:
    status = ending(StatusCode.ABORTED, "WATCHER_TOO_SLOW", revision="7")
    async with (
        serving(folder, scripted(BOOKMARK, status=status)) as upstream,
        rest_client(folder, upstream) as rest,
        rest.stream("GET", WATCH, headers={"accept": "application/x-ndjson"}) as response,
    ):
        _, last = [line async for line in lines(response)]
    assert last["error"]["reason"] == "WATCHER_TOO_SLOW"
    assert last["error"]["metadata"] == {"revision": "7"}


async def test_nothing_of_a_fault_leaves_in_the_last_event(folder: Path) -> None:
    status = ending(StatusCode.INTERNAL, "SECRET", path="/secret")
    async with (
        serving(folder, scripted(BOOKMARK, status=status)) as upstream,
        rest_client(folder, upstream) as rest,
    ):
        response = await rest.get(WATCH)
    assert "secret" not in response.text.lower()


async def test_a_server_that_ends_a_stream_in_silence_has_broken_it_off(folder: Path) -> None:
    async with (
        serving(folder, scripted(BOOKMARK)) as upstream,
        rest_client(folder, upstream) as rest,
        watching(rest) as source,
    ):
        *_, error = [event async for event in source]
    assert error.data["reason"] == "UPSTREAM_UNAVAILABLE"


@pytest.mark.parametrize("case", PASSING, ids=lambda case: case[1])
async def test_a_client_that_resumes_is_told_in_the_stream_of_what_passes(
    folder: Path, case: Case
) -> None:
    code, reason, _ = case
    async with (
        serving(folder, scripted(status=ending(code, reason))) as upstream,
        rest_client(folder, upstream) as rest,
        watching(rest, last_id="7") as source,
    ):
        [error] = [event async for event in source]
    assert source.response.status_code == 200
    assert (error.name, error.data["reason"], error.last_id) == ("error", reason, "7")
    assert source.retries


@pytest.mark.parametrize("case", LASTING, ids=lambda case: case[1])
async def test_a_client_that_resumes_is_refused_for_what_does_not_pass(
    folder: Path, case: Case
) -> None:
    code, reason, http = case
    async with (
        serving(folder, scripted(status=ending(code, reason))) as upstream,
        rest_client(folder, upstream) as rest,
    ):
        response = await rest.get(WATCH, headers={"last-event-id": "7"})
    assert response.status_code == http


async def test_a_server_that_is_away_is_503_at_first_and_an_event_to_who_resumes(
    folder: Path,
) -> None:
    async with rest_client(folder, "unix:/nowhere") as rest:
        first = await rest.get(WATCH)
        async with watching(rest, last_id="7") as source:
            [error] = [event async for event in source]
    assert (first.status_code, first.json()["reason"]) == (503, "UPSTREAM_UNAVAILABLE")
    assert error.data["reason"] == "UPSTREAM_UNAVAILABLE"


async def test_a_stream_that_is_slow_to_begin_is_504(folder: Path) -> None:
    async with (
        serving(folder, silent) as upstream,
        rest_client(folder, upstream, rest_default_deadline=0.2) as rest,
    ):
        response = await rest.get(WATCH)
    assert (response.status_code, response.json()["code"]) == (504, "DEADLINE_EXCEEDED")


async def test_a_stream_outlasts_the_longest_deadline_of_calls(folder: Path) -> None:
    limits = {"rest_default_deadline": 0.2, "rest_max_deadline": 0.2, "rest_heartbeat": 0.1}
    async with (
        item_service(folder, grpc_default_deadline=0.2, grpc_max_deadline=0.2) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock", **limits) as rest,
        watching(rest) as source,
    ):
        await source.heartbeats(5)
        await stub.CreateItem(pb.CreateItemRequest(item=pb.Item(name="late")), timeout=5)
        assert (await source.until("commit"))[-1].last_id == "1"


async def test_a_stream_ends_in_good_order_when_its_own_time_has_passed(
    rest: httpx.AsyncClient,
) -> None:
    async with watching(rest, headers={"request-timeout": "0.3"}) as source:
        *_, error = [event async for event in source]
    assert error.data["reason"] == "DEADLINE_EXCEEDED"
    assert error.data["detail"] == "the time that the call was given has passed"


METHOD = "/items.v1.ItemService/WatchItems"


@pytest.fixture
async def log() -> AsyncIterator[list[Any]]:
    """What is logged in this process; no fault may be in it."""
    with capture_logs() as events:
        yield events
    assert not [event for event in events if event["log_level"] == "error"]


async def codes(log: list[Any], count: int, rest: httpx.AsyncClient) -> list[str]:
    """The codes of the first *count* streams that have ended on the server."""
    while len(found := [event["code"] for event in log if event.get("method") == METHOD]) < count:
        await rest.get("/healthz")  # gives server and facade their turns
    return found


async def test_clients_that_go_away_end_their_streams_on_the_server_within_a_second(
    log: list[Any], folder: Path
) -> None:
    async with item_service(folder), rest_client(folder, f"unix:{folder}/grpc.sock") as rest:
        async with AsyncExitStack() as open_streams:
            for _ in range(20):
                source = await open_streams.enter_async_context(watching(rest))
                await anext(source)
        async with asyncio.timeout(1):
            assert await codes(log, 20, rest) == ["CANCELLED"] * 20


async def test_a_client_that_is_gone_while_it_is_written_to_is_no_fault(
    log: list[Any], folder: Path
) -> None:
    """It has sent a second request, so that the facade does not read, and sees no end of file."""
    get = f"GET {WATCH} HTTP/1.1\r\nhost: items\r\n\r\n".encode()
    async with (
        item_service(folder) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
    ):
        for _ in range(8):
            reader, writer = await asyncio.open_unix_connection(f"{folder}/http.sock")
            writer.write(get * 2)
            await reader.readuntil(b"bookmark")
            writer.close()
        await stub.BatchWriteItems(_large_batch(0), timeout=30)
        async with asyncio.timeout(5):
            assert await codes(log, 8, rest) == ["CANCELLED"] * 8


async def test_head_leaves_no_stream_behind(log: list[Any], rest: httpx.AsyncClient) -> None:
    await rest.head(WATCH)
    async with asyncio.timeout(1):
        assert await codes(log, 1, rest) == ["CANCELLED"]


async def test_the_watch_of_a_client_that_stops_reading_rests_and_goes_on_without_a_gap(
    log: list[Any], folder: Path
) -> None:
    """Nothing is read for it meanwhile: there is no RPC, and it does not fall behind."""
    async with (
        item_service(folder) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
        watching(rest) as source,
    ):
        bookmark = await anext(source)
        await stub.BatchWriteItems(_large_batch(0), timeout=30)
        async with asyncio.timeout(10):
            assert await codes(log, 1, rest) == ["CANCELLED"]
        for batch in range(1, 8):  # more than the server keeps for watches
            await stub.BatchWriteItems(_large_batch(batch), timeout=30)
        events = [bookmark, *[await anext(source) for _ in range(8)]]
    assert [event.name for event in events] == ["bookmark", *["commit"] * 8]
    assert [event.last_id for event in events] == [str(revision) for revision in range(9)]


async def test_all_are_told_large_revisions_that_come_at_the_same_time(folder: Path) -> None:
    async with (
        item_service(folder) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
        AsyncExitStack() as open_streams,
    ):
        sources = [await open_streams.enter_async_context(watching(rest)) for _ in range(8)]
        for source in sources:
            await anext(source)
        for batch in range(3):
            await stub.BatchWriteItems(_large_batch(batch), timeout=30)
        told = await asyncio.gather(*(_commits(source, 3) for source in sources))
    assert told == [["1", "2", "3"]] * 8


async def test_more_watches_than_are_read_for_at_a_time_catch_up_without_a_gap(
    folder: Path,
) -> None:
    async with (
        item_service(folder) as stub,
        rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
        AsyncExitStack() as open_streams,
    ):
        for batch in range(2):
            await stub.BatchWriteItems(_large_batch(batch), timeout=30)
        begun = [watching(rest, fromRevision=0) for _ in range(MOST + 4)]
        sources = [await open_streams.enter_async_context(each) for each in begun]
        told = await asyncio.gather(*(_commits(source, 3) for source in sources))
    assert told == [["0", "1", "2"]] * len(sources)


async def _commits(source: EventSource, number: int) -> list[str]:
    """The ids of the next commits, and what stands between them."""
    return [(await anext(source)).last_id for _ in range(number)]


def _large_batch(batch: int) -> pb.BatchWriteItemsRequest:
    """Writes of 3 MB in all."""
    request = pb.BatchWriteItemsRequest()
    for number in range(50):
        item = request.writes.add().create.item
        item.id, item.name = f"i{batch}-{number}", "large"
        item.attributes.update({"text": "x" * 60_000})
    return request


@pytest.mark.usefixtures("log")
async def test_a_facade_that_drains_ends_its_streams_at_once_and_says_so(folder: Path) -> None:
    async with item_service(folder), http_client(folder) as rest, AsyncExitStack() as running:
        await running.enter_async_context(facade(folder, f"unix:{folder}/grpc.sock", rest_drain=30))
        async with watching(rest) as source:
            await anext(source)
            async with asyncio.timeout(2):
                await asyncio.gather(running.aclose(), _read_ending(source))


async def _read_ending(source: EventSource) -> None:
    [error] = [event async for event in source]
    assert (error.name, error.data["reason"]) == ("error", "SHUTTING_DOWN")


async def test_a_server_that_drains_ends_the_streams_of_the_facade(folder: Path) -> None:
    async with AsyncExitStack() as server:
        await server.enter_async_context(item_service(folder))
        async with (
            rest_client(folder, f"unix:{folder}/grpc.sock") as rest,
            watching(rest) as source,
        ):
            await anext(source)
            await server.aclose()
            [error] = [event async for event in source]
    assert error.data["reason"] == "SHUTTING_DOWN"
