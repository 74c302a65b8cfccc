"""The encoder of a subscription: encodes each commit once for all watches that share it."""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, TypeAlias, TypeVar

from grpc_server.feed import messages
from grpc_server.feed.commits import EncodedCommit
from grpc_server.feed.decoded_versions import Versions
from grpc_server.feed.selection import Projection, Shown
from grpc_server.feed.subscription import Subscription
from grpc_server.feed.watch_memory import Room, Taken
from grpc_server.filters.time_slices import Turns, Work

KEPT_BYTES = 8 * 1024 * 1024
"""How much of what is shared is kept of all views together: it is told to all at about the
same time."""

_OVERHEAD = 200
"""About how many bytes it takes to keep one."""

T = TypeVar("T")

_Span: TypeAlias = tuple[int, int]
"""The first and the last revision of commits that follow one another."""


class Told(NamedTuple):
    """A *message*, empty if nothing is to be told, and the revision that is *reached* with it.

    *room* is what it takes, and is to be given back when it is told. If there is none,
    there is no message, only how many bytes are *wanted* for it.
    """

    reached: int
    message: bytes = b""
    room: Taken | None = None
    wanted: int = 0


class Kept:
    """What the encoders keep; the oldest is let go when all of it has more than *max_bytes*."""

    def __init__(self, max_bytes: int = KEPT_BYTES) -> None:
        self._max_bytes = max_bytes
        self._sizes: deque[tuple[dict[_Span, Any], _Span, int]] = deque()
        self.bytes = 0

    def keep(self, found: dict[_Span, T], span: _Span, value: T, size: int) -> None:
        """Put *value*, which has about *size* bytes, into *found*, until it is too old."""
        found[span] = value
        self._sizes.append((found, span, size + _OVERHEAD))
        self.bytes += size + _OVERHEAD
        while self.bytes > self._max_bytes:
            oldest, its_span, freed = self._sizes.popleft()
            oldest.pop(its_span, None)
            self.bytes -= freed


class Encoder:
    """Encodes what *projection* shows of commits, and keeps the newest while it is shared."""

    def __init__(self, projection: Projection, turns: Turns, room: Room, kept: Kept) -> None:
        self._projection = projection
        self._turns = turns
        self._room = room
        self._kept = kept
        self._shown: dict[_Span, Shown] = {}
        self._encoded: dict[_Span, bytes] = {}
        self._told: dict[_Span, Told] = {}
        self._working = asyncio.Lock()
        self.users = 0

    async def told(
        self,
        commits: Sequence[EncodedCommit],
        peer: str,
        taken: Taken | None = None,
        *,
        is_kept: bool = True,
    ) -> Told:
        """Return the message that begins with the first of *commits*, for *peer*.

        It has the room that was *taken* for it before, or takes what it wants, if that is
        there. Those who share the subscription wait for one another, so that each is encoded once.
        What is not to be kept is encoded for this watcher alone.
        """
        alone = self.users == 1 or not is_kept
        if commits[0].message_bytes > messages.RUN_BYTES:
            return await self._large(commits[0], peer, taken, alone=alone)
        told = await self._small(commits, alone=alone)
        taken = taken or self._room.take_now(len(told.message), peer)
        if taken is None:
            return Told(told.reached, wanted=len(told.message))
        return told._replace(room=taken) if taken.size else told

    async def _small(self, commits: Sequence[EncodedCommit], *, alone: bool) -> Told:
        if alone:
            return await self._turns.run(self._run(commits, self._encode))
        span = commits[0].revision, commits[-1].revision
        found = self._told.get(span)
        if found is not None:  # most are told the same as the one before
            return found
        async with self._working:
            found = self._told.get(span)
            if found is None:
                found = await self._turns.run(self._run(commits, self._encode_once))
                self._kept.keep(self._told, span, found, len(found.message))
        return found

    async def _large(
        self, commit: EncodedCommit, peer: str, taken: Taken | None, *, alone: bool
    ) -> Told:
        """Choose what is shown, and encode it only when there is room."""
        if alone:
            shown = await self._turns.run(self._projection.shown(commit))
        else:
            async with self._working:
                shown = await self._turns.run(self._choose_once(commit))
        room = taken or self._room.take_now(shown.size, peer)
        if room is None:
            return Told(commit.revision, wanted=shown.size)
        try:
            encode = self._projection.encoded if alone else self._encode_shown_once
            encoded = await self._turns.run(encode(commit, shown))
        except BaseException:
            if room is not taken:
                self._room.give(room)
            raise
        return Told(commit.revision, messages.run([encoded]), room)

    def _run(
        self, commits: Sequence[EncodedCommit], encode: Callable[[EncodedCommit], Work[bytes]]
    ) -> Work[Told]:
        """As much of *commits* as a message holds, the first one in any case."""
        shown: list[bytes] = []
        size, reached = 0, 0
        for commit in commits:
            if shown and size + commit.message_bytes > messages.RUN_BYTES:
                break
            encoded = yield from encode(commit)
            size += len(encoded)
            shown.append(encoded)
            reached = commit.revision
        return Told(reached, messages.run(shown))

    def _encode(self, commit: EncodedCommit) -> Work[bytes]:
        shown = yield from self._projection.shown(commit)
        return (yield from self._projection.encoded(commit, shown))

    def _encode_once(self, commit: EncodedCommit) -> Work[bytes]:
        span = commit.revision, commit.revision
        found = self._encoded.get(span)
        if found is None:
            found = yield from self._encode(commit)
            self._kept.keep(self._encoded, span, found, len(found))
        return found

    def _choose_once(self, commit: EncodedCommit) -> Work[Shown]:
        span = commit.revision, commit.revision
        found = self._shown.get(span)
        if found is None:
            found = yield from self._projection.shown(commit)
            self._kept.keep(self._shown, span, found, len(found.places))
        return found

    def _encode_shown_once(self, commit: EncodedCommit, shown: Shown) -> Work[bytes]:
        span = commit.revision, commit.revision
        found = self._encoded.get(span)
        if found is None:
            found = yield from self._projection.encoded(commit, shown)
            self._kept.keep(self._encoded, span, found, len(found))
        return found


class Encoders:
    """The encoders of the views that are watched.

    They work in *turns*; large messages take of their *room*.
    """

    def __init__(self, room: Room, turns: Turns) -> None:
        self.room = room
        self.turns = turns
        self._by_subscription: dict[Subscription, Encoder] = {}
        self._versions = Versions()
        self._kept = Kept()

    @property
    def views(self) -> int:
        """How many different views are watched."""
        return len(self._by_subscription)

    @contextmanager
    def sharing(self, subscription: Subscription) -> Iterator[Encoder]:
        """The encoder of *subscription*, as long as the block lasts."""
        encoder = self._by_subscription.get(subscription)
        if encoder is None:
            projection = Projection(subscription, self._versions)
            encoder = self._by_subscription[subscription] = Encoder(
                projection, self.turns, self.room, self._kept
            )
        encoder.users += 1
        try:
            yield encoder
        finally:
            encoder.users -= 1
            if not encoder.users:
                del self._by_subscription[subscription]
