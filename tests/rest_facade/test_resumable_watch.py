"""A watch that rests has no RPC, and goes on from its cursor when it is asked."""

import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import grpc
import pytest
from grpc import aio
from grpc_status import rpc_status
from prometheus_client import CollectorRegistry

from items.v1 import items_pb2 as pb
from rest_facade.metrics.upstream import UpstreamMetrics
from rest_facade.problems.problems import Problem
from rest_facade.upstream.forwarding import Forwarded
from rest_facade.upstream.measured_stub import encoded_watch
from rest_facade.upstream.resumable_watch import ResumableWatch
from tests.rest_facade.scripted_watch import Context, ending, serving

PATIENCE = 5.0
ENDED = ending(grpc.StatusCode.UNAVAILABLE, "SHUTTING_DOWN")
START = pb.WatchItemsRequest(include_snapshot=True, filter='name = "a"')


def bookmark(revision: int) -> pb.WatchItemsResponse:
    return pb.WatchItemsResponse(bookmark=pb.Bookmark(revision=revision, store_id="s"))


def snapshot(*, complete: bool) -> pb.WatchItemsResponse:
    part = pb.ItemSnapshot(revision=7, complete=complete, store_id="s")
    return pb.WatchItemsResponse(snapshot=part)


def commits(*revisions: int) -> pb.WatchItemsResponse:
    each = [pb.ItemChanges(revision=revision) for revision in revisions]
    return pb.WatchItemsResponse(commits=pb.ItemCommits(commits=each))


class Script:
    """A watch that tells one message after the other, and notes what it was asked."""

    def __init__(self, *messages: pb.WatchItemsResponse) -> None:
        self._messages = list(messages)
        self.asked: list[pb.WatchItemsRequest] = []

    async def watch(self, request: pb.WatchItemsRequest, context: Context) -> None:
        self.asked.append(request)
        if request.HasField("from_revision"):
            await context.write(bookmark(request.from_revision))
        await context.write(self._messages.pop(0))
        await context.abort_with_status(rpc_status.to_status(ENDED))


@asynccontextmanager
async def watching(folder: Path, script: Script) -> AsyncIterator[ResumableWatch]:
    request = pb.WatchItemsRequest.FromString(START.SerializeToString())
    async with serving(folder, script.watch) as address, aio.insecure_channel(address) as channel:
        method = encoded_watch(channel, UpstreamMetrics(CollectorRegistry()))
        watch = ResumableWatch(method, request, Forwarded((), (), math.inf))
        yield watch
        watch.close()


async def take(watch: ResumableWatch) -> pb.WatchItemsResponse:
    """Take the next message of *watch*."""
    encoded = await watch.next(PATIENCE)
    assert encoded is not None
    message = pb.WatchItemsResponse.FromString(encoded)
    watch.take(message)
    return message


async def test_it_goes_on_after_the_last_revision_that_was_taken(folder: Path) -> None:
    script = Script(snapshot(complete=True), commits(8, 9), commits(12))
    async with watching(folder, script) as watch:
        told = [await take(watch)]
        for _ in range(2):
            assert watch.rest()
            told.append(await take(watch))
    assert told == [snapshot(complete=True), commits(8, 9), commits(12)]
    assert [(each.from_revision, each.include_snapshot) for each in script.asked] == [
        (0, True),
        (7, False),
        (9, False),
    ]
    assert {each.filter for each in script.asked} == {START.filter}
    assert [each.store_id for each in script.asked] == ["", "s", "s"]


async def test_what_was_not_taken_is_told_again(folder: Path) -> None:
    script = Script(snapshot(complete=True), commits(8), commits(8))
    async with watching(folder, script) as watch:
        await take(watch)
        assert watch.rest()
        assert await watch.next(PATIENCE) == commits(8).SerializeToString()
        assert watch.rest()
        assert await take(watch) == commits(8)
    assert [each.from_revision for each in script.asked] == [0, 7, 7]


async def test_a_snapshot_does_not_rest_before_it_is_complete(folder: Path) -> None:
    script = Script(snapshot(complete=False))
    async with watching(folder, script) as watch:
        await take(watch)
        assert not watch.rest()
        with pytest.raises(Problem, match="it ends"):  # it is still the same RPC
            await watch.next(PATIENCE)
    assert len(script.asked) == 1
