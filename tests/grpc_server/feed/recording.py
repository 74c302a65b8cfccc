"""Watches over gRPC as they are, recorded message by message."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client.guarantees import Recorded, verify

PATIENCE = 30.0
"""Seconds that the next message may take, on a busy machine."""


class Recording:
    """One watch: what was asked, and what was told so far."""

    def __init__(
        self,
        call: aio.UnaryStreamCall[pb.WatchItemsRequest, pb.WatchItemsResponse],
        request: pb.WatchItemsRequest,
    ) -> None:
        self._call = call
        self.stream: list[Recorded] = [request]
        self.revision = -1

    @property
    def messages(self) -> list[pb.WatchItemsResponse]:
        """What was told."""
        return [each for each in self.stream if isinstance(each, pb.WatchItemsResponse)]

    @property
    def commits(self) -> list[pb.ItemChanges]:
        """The revisions that were told."""
        return [commit for message in self.messages for commit in message.commits.commits]

    @property
    def changes(self) -> list[pb.ItemChange]:
        """The changes that were told."""
        return [change for commit in self.commits for change in commit.changes]

    @property
    def items(self) -> list[pb.Item]:
        """The items of the snapshot."""
        return [item for message in self.messages for item in message.snapshot.items]

    async def next(self) -> pb.WatchItemsResponse:
        """The next message."""
        async with asyncio.timeout(PATIENCE):
            message = await self._call.read()
        assert isinstance(message, pb.WatchItemsResponse), message
        self.stream.append(message)
        self.revision = _revision(message)
        return message

    async def reach(self, revision: int) -> None:
        """Read until everything up to *revision* is told."""
        while self.revision < revision:
            await self.next()

    async def end(self) -> aio.AioRpcError:
        """Read to the end; how the watch ended."""
        try:
            while True:
                await self.next()
        except aio.AioRpcError as error:
            return error


@asynccontextmanager
async def watching(items: ItemServiceStub, **asked: Any) -> AsyncIterator[Recording]:
    """A watch that has begun; at the end of the block it has kept every guarantee."""
    request = pb.WatchItemsRequest(**asked)
    call = items.WatchItems(request)
    recording = Recording(call, request)
    try:
        await recording.next()
        yield recording
    finally:
        call.cancel()
    assert verify(recording.stream) == []


async def refused(items: ItemServiceStub, **asked: Any) -> aio.AioRpcError:
    """How a watch ends that is refused."""
    request = pb.WatchItemsRequest(**asked)
    return await Recording(items.WatchItems(request), request).end()


def _revision(message: pb.WatchItemsResponse) -> int:
    match message.WhichOneof("event"):
        case "snapshot":
            return message.snapshot.revision if message.snapshot.complete else -1
        case "commits":
            return message.commits.commits[-1].revision
        case _:
            return message.bookmark.revision
