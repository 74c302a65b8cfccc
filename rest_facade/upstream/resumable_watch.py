"""A watch that pauses while its reader is slow, and resumes from its cursor."""

from collections.abc import Container

from grpc import StatusCode, aio

from items.v1 import items_pb2 as pb
from rest_facade.upstream.forwarding import Forwarded
from rest_facade.upstream.server_stream import ServerStream

Watching = aio.UnaryStreamMultiCallable[pb.WatchItemsRequest, bytes]
"""WatchItems, with its answers encoded."""


class ResumableWatch:
    """The messages of a watch, encoded.

    One that rests has no RPC, so that nothing lies between the store and its reader. The
    next message begins another RPC, after *cursor*: what `take` was last given. It is None
    within a snapshot. It *is_behind* when it begins or goes on there, until its reader
    finds that there is nothing to tell.
    """

    def __init__(
        self, method: Watching, request: pb.WatchItemsRequest, forwarded: Forwarded
    ) -> None:
        self._method = method
        self._request = request
        self._forwarded = forwarded
        self.cursor = request.from_revision if request.HasField("from_revision") else None
        self.is_behind = self.cursor is not None
        self._is_resumed = False
        self._stream: ServerStream[bytes] | None = ServerStream(method, request, forwarded)

    async def begin(self, patience: float, *, tolerated: Container[StatusCode] = ()) -> None:
        """Wait until there is a message for `next`, as `ServerStream.begin` does.

        Raises:
            Problem: the watch was refused, or there was no message for *patience* seconds.
        """
        await self._opened().begin(patience, tolerated=tolerated)

    async def next(self, patience: float) -> bytes | None:
        """Return the next message; None if there was none for *patience* seconds.

        Raises:
            Problem: the watch has ended, and why.
        """
        message = await self._opened().next(patience)
        if message is not None and self._is_resumed:
            self._is_resumed = False
            if pb.WatchItemsResponse.FromString(message).HasField("bookmark"):
                return await self._opened().next(patience)  # it was told where it goes on
        return message

    def take(self, message: pb.WatchItemsResponse) -> None:
        """Move the cursor behind *message*, which the reader is about to be told."""
        if message.commits.commits:
            self.cursor = message.commits.commits[-1].revision
        elif message.HasField("bookmark"):
            self.cursor = message.bookmark.revision
            self._request.store_id = message.bookmark.store_id
        elif message.snapshot.complete:
            self.cursor = message.snapshot.revision
            self._request.store_id = message.snapshot.store_id

    def rest(self) -> bool:
        """Cancel the RPC until the next message is wanted; return whether that is possible.

        A snapshot cannot go on from its middle.
        """
        if self.cursor is None:
            return False
        self.close()
        self._stream = None
        self.is_behind = True
        return True

    def close(self) -> None:
        """Cancel the RPC."""
        if self._stream is not None:
            self._stream.close()

    def _opened(self) -> ServerStream[bytes]:
        if self._stream is None:
            self._request.from_revision = self.cursor or 0
            self._request.include_snapshot = False
            self._stream = ServerStream(self._method, self._request, self._forwarded)
            self._is_resumed = True
        return self._stream
