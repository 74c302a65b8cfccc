"""Following the items over HTTP: what is told, in which form, and from where on."""

from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.rest_facade.event_source import WATCH, lines, watching
from tests.servers import item_service, rest_client

shared = pytest.mark.asyncio(loop_scope="module")


async def put(rest: httpx.AsyncClient, item_id: str, **fields: Any) -> str:
    """Write an item; its revision."""
    response = await rest.put(f"/v1/items/{item_id}", json={"name": item_id, **fields})
    assert response.is_success, response.text
    return str(response.json()["revision"])


async def put_many(rest: httpx.AsyncClient, *item_ids: str) -> str:
    """Write items in one commit; its revision."""
    writes = [{"replace": {"item": {"id": name, "name": name}}} for name in item_ids]
    response = await rest.post("/v1/items:batchWrite", json={"writes": writes})
    assert response.is_success, response.text
    return str(response.json()["revision"])


async def test_a_watch_begins_with_a_bookmark_and_tells_what_happens_from_now_on(
    rest: httpx.AsyncClient,
) -> None:
    await put(rest, "before")
    async with watching(rest) as source:
        bookmark = await anext(source)
        await put(rest, "vim", labels={"section": "editors"})
        commit = await anext(source)
    assert (bookmark.name, bookmark.last_id) == ("bookmark", "1")
    assert bookmark.data["revision"] == "1"
    assert bookmark.data["storeId"]
    assert (commit.name, commit.last_id) == ("commit", "2")
    [change] = commit.data["changes"]
    assert change["kind"] == "CHANGE_KIND_CREATED"
    assert change["item"] == (await rest.get("/v1/items/vim")).json()


async def test_a_commit_of_many_writes_is_one_event(rest: httpx.AsyncClient) -> None:
    async with watching(rest) as source:
        await anext(source)
        await put_many(rest, "a", "b", "c")
        commit = await anext(source)
    assert [change["item"]["id"] for change in commit.data["changes"]] == ["a", "b", "c"]


async def test_commits_that_come_together_are_an_event_each(rest: httpx.AsyncClient) -> None:
    written = [await put(rest, name) for name in "abcdef"]
    async with watching(rest, fromRevision=0) as source:
        assert (await anext(source)).last_id == "0"
        events = [await anext(source) for _ in written]
    assert [event.last_id for event in events] == written
    assert [event.data["revision"] for event in events] == written


async def test_only_the_last_part_of_a_snapshot_has_an_id(rest: httpx.AsyncClient) -> None:
    await put_many(rest, *(f"i{number:04}" for number in range(501)))
    async with watching(rest, includeSnapshot="true") as source:
        parts = [await anext(source), await anext(source)]
        await put(rest, "later")
        commit = await anext(source)
    assert [part.name for part in parts] == ["snapshot", "snapshot"]
    assert [part.last_id for part in parts] == ["", "1"]
    assert [part.data.get("complete", False) for part in parts] == [False, True]
    assert sum(len(part.data["items"]) for part in parts) == 501
    assert commit.last_id == "2"


async def test_a_client_that_resumes_goes_on_after_its_last_event_without_a_snapshot(
    rest: httpx.AsyncClient,
) -> None:
    for name in "abc":
        await put(rest, name)
    async with watching(rest, last_id="1", includeSnapshot="true", fromRevision=0) as source:
        bookmark, *commits = [await anext(source) for _ in range(3)]
    assert (bookmark.name, bookmark.last_id) == ("bookmark", "1")
    assert [commit.last_id for commit in commits] == ["2", "3"]


async def test_a_filter_tells_what_enters_and_leaves_the_view(rest: httpx.AsyncClient) -> None:
    async with watching(rest, filter="labels.tier = gold", includePrevious="true") as source:
        await anext(source)
        await put(rest, "other")
        await put(rest, "vim", labels={"tier": "gold"})
        await put(rest, "vim", labels={"tier": "tin"})
        entered, left = await anext(source), await anext(source)
    assert entered.data["changes"][0]["viewChange"] == "VIEW_CHANGE_ENTERED"
    assert left.data["changes"][0]["viewChange"] == "VIEW_CHANGE_LEFT"
    assert left.data["changes"][0]["previous"]["labels"] == {"tier": "gold"}


async def test_a_browser_is_told_once_how_soon_to_come_back(rest: httpx.AsyncClient) -> None:
    async with watching(rest) as source:
        await anext(source)
        await put(rest, "a")
        await anext(source)
    assert source.retries == ["1000"]


async def test_a_silent_stream_has_heartbeats_and_bookmarks(folder: Path) -> None:
    async with (
        item_service(folder, watch_bookmark_interval=0.2),
        rest_client(folder, f"unix:{folder}/grpc.sock", rest_heartbeat=0.05) as rest,
        watching(rest) as source,
    ):
        first, second = await anext(source), await anext(source)
    assert (first.name, second.name) == ("bookmark", "bookmark")
    assert source.comments


@pytest.mark.parametrize("accept", ["application/x-ndjson", "application/jsonl", "application/*"])
async def test_by_accept_each_line_is_an_object_with_one_event(
    rest: httpx.AsyncClient, accept: str
) -> None:
    await put(rest, "a")
    query, headers = {"includeSnapshot": "true"}, {"accept": accept}
    async with rest.stream("GET", WATCH, params=query, headers=headers) as response:
        told = lines(response)
        snapshot = await anext(told)
        await put(rest, "b")
        commit = await anext(told)
    expected = "application/x-ndjson" if accept.endswith("*") else accept
    assert response.headers["content-type"] == expected
    assert [item["id"] for item in snapshot["snapshot"]["items"]] == ["a"]
    assert commit["commit"]["revision"] == "2"


@pytest.mark.parametrize(
    "accept", ["*/*", "text/*", "application/x-ndjson;q=0.5, text/event-stream", ""]
)
async def test_unless_asked_otherwise_events_are_server_sent(
    rest: httpx.AsyncClient, accept: str
) -> None:
    response = await rest.head(WATCH, headers={"accept": accept})
    assert response.headers["content-type"] == "text/event-stream"


async def test_a_stream_is_neither_stored_nor_buffered_nor_compressed(
    rest: httpx.AsyncClient,
) -> None:
    async with watching(rest, headers={"accept-encoding": "gzip"}) as source:
        await anext(source)
        await put(rest, "a", description="x" * 4000)
        assert (await anext(source)).name == "commit"
    assert source.response.headers["cache-control"] == "no-store"
    assert source.response.headers["x-accel-buffering"] == "no"
    assert "content-encoding" not in source.response.headers


@pytest.mark.parametrize("query", ["", "?includeSnapshot=true", "?fromRevision=9"])
async def test_head_is_answered_as_get_is_without_a_stream(
    rest: httpx.AsyncClient, query: str
) -> None:
    head = await rest.head(f"{WATCH}{query}")
    async with rest.stream("GET", f"{WATCH}{query}") as get:
        assert head.status_code == get.status_code
        assert head.headers["content-type"] == get.headers["content-type"]
        assert not head.content


REFUSALS: list[tuple[str, dict[str, str], int, str]] = [
    ("", {"accept": "application/json"}, 406, "NOT_ACCEPTABLE"),
    ("", {"accept": "text/event-stream;q=0"}, 406, "NOT_ACCEPTABLE"),
    ("", {"last-event-id": "seven"}, 400, "VALIDATION_FAILED"),
    ("", {"last-event-id": "-1"}, 400, "VALIDATION_FAILED"),
    ("", {"last-event-id": "9223372036854775808"}, 400, "VALIDATION_FAILED"),
    ("", {"last-event-id": "9" * 5000}, 400, "VALIDATION_FAILED"),
    ("", {"last-event-id": "٣"}, 400, "VALIDATION_FAILED"),
    ("", {"last-event-id": "9"}, 400, "REVISION_IN_FUTURE"),
    ("?fromRevision=9", {}, 400, "REVISION_IN_FUTURE"),
    ("?fromRevision=-1", {}, 400, "VALIDATION_FAILED"),
    ("?fromRevision=1e3", {}, 400, "VALIDATION_FAILED"),
    ("?fromRevision=9223372036854775808", {}, 400, "VALIDATION_FAILED"),
    ("?fromRevision=0&fromRevision=0", {}, 400, "VALIDATION_FAILED"),
    ("?includeSnapshot=perhaps", {}, 400, "VALIDATION_FAILED"),
    ("?from=0", {}, 400, "VALIDATION_FAILED"),
    ("?filter=name%20%3D", {}, 400, "INVALID_FILTER"),
    ("?filter=" + "x" * 4097, {}, 400, "VALIDATION_FAILED"),
    ("?storeId=another", {}, 400, "STORE_MISMATCH"),
    ("?storeId=another", {"last-event-id": "0"}, 400, "STORE_MISMATCH"),
    ("", {"request-timeout": "0"}, 400, "VALIDATION_FAILED"),
]


@pytest.mark.parametrize(("query", "headers", "status", "reason"), REFUSALS)
@shared
async def test_what_cannot_be_watched_is_refused_before_the_stream(
    shared_rest: httpx.AsyncClient, query: str, headers: dict[str, str], status: int, reason: str
) -> None:
    encoded = {name.encode(): value.encode() for name, value in headers.items()}
    response = await shared_rest.get(f"{WATCH}{query}", headers=encoded)
    problem = response.json()
    assert (response.status_code, problem["reason"]) == (status, reason)
    assert response.headers["content-type"] == "application/problem+json"


@shared
async def test_a_wrong_header_is_named_in_the_refusal(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.get(WATCH, headers={"last-event-id": "x"})
    [violation] = response.json()["violations"]
    assert (violation["in"], violation["name"]) == ("header", "Last-Event-ID")


@shared
async def test_nothing_can_be_posted_to_a_watch(shared_rest: httpx.AsyncClient) -> None:
    response = await shared_rest.post(WATCH, json={})
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD"
