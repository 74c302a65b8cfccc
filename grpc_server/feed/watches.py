"""Watching: from wherever a watcher begins, to what is written now, without a gap."""

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NoReturn

from grpc_server.database.query import Condition, ItemQuery
from grpc_server.database.store import Head, Page, Reading
from grpc_server.feed import messages
from grpc_server.feed.catch_up import History
from grpc_server.feed.commits import EncodedCommit
from grpc_server.feed.delivery import Handover, Recipient
from grpc_server.feed.encoder import Encoder, Encoders, Told
from grpc_server.feed.hub import Hub
from grpc_server.feed.stalled_watches import Stalls
from grpc_server.feed.subscription import Subscription
from grpc_server.feed.watch_memory import Taken
from grpc_server.filters.filters import parsing
from grpc_server.items.errors import Overloaded, StoreFailedOver, StoreMismatch, WatcherTooSlow
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.reader import Reader
from grpc_server.reads.replicated import Reads
from grpc_server.reads.revision_bounds import check_kept
from items.v1 import items_pb2 as pb

CATCH_UPS = 4
"""How many pages of the history are in memory at a time, for watchers that are behind."""

SNAPSHOT_PAGE = 500
"""How many items a part of a snapshot has."""

SNAPSHOT_SECONDS = 600.0
"""How long a snapshot may take: the database keeps what it shows for as long."""

SNAPSHOT_PAGE_BYTES = 256 * 1024
"""How large a part grows: the reader has to take it in time."""


@dataclass(frozen=True, slots=True)
class Feed:
    """The feed of one store: its live commits in *hub*, older ones through *reads*.

    Where a watch begins is read by *reader*, of the store itself; those that are behind
    have their *catch_ups* in turns, a page each.
    There are *limit* watches at a time. A quiet watch is told how far it has come every
    *bookmark_interval*; one that takes nothing is cut by *stalls*.
    """

    hub: Hub
    reader: Reader
    reads: Reads
    store_id: str
    bookmark_interval: timedelta
    limit: int
    stalls: Stalls
    encoders: Encoders
    catch_ups: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CATCH_UPS))
    observer: Observer = UNOBSERVED

    async def watch(self, request: pb.WatchItemsRequest, recipient: Recipient) -> NoReturn:
        """Send the messages of one watch, encoded, to *recipient*; it ends only with an error.

        Raises:
            Overloaded: there are too many watches.
            InvalidFilter: the filter cannot be read.
            StoreMismatch: the request is about another store.
            RevisionInFuture: from_revision has not been written yet.
            RevisionCompacted: what came after from_revision is no longer kept.
            WatcherTooSlow: the watcher fell too far behind, or read nothing; it may resume.
            StoreFailedOver: the database failed over; the watcher may resume.
            ShuttingDown: the server drains; the watcher may resume.
        """
        where = await self.encoders.turns.run(parsing(request.filter))
        if self.stalls.watched >= self.limit:
            raise Overloaded("this server has too many watches; try again later, or elsewhere")
        if request.store_id not in {"", self.store_id}:
            raise StoreMismatch(f"this is the store {self.store_id}, not {request.store_id}")
        subscription = Subscription(where, request.include_previous)
        try:
            with self.stalls.handing_over(recipient) as tell:
                await self._follow(
                    subscription, await self._begin(request, subscription, tell), tell
                )
        except WatcherTooSlow:
            self.observer.watcher_cut()
            raise

    async def _begin(
        self, request: pb.WatchItemsRequest, subscription: Subscription, tell: Handover
    ) -> int:
        """Tell where the watch begins, or the snapshot; gives the revision to follow from."""
        if request.include_snapshot:
            return await self._tell_snapshot(subscription.where, tell)
        cursor = self._start(request)
        await self._check_start(cursor)
        await tell(messages.bookmark(cursor, self.store_id))
        return cursor

    def _start(self, request: pb.WatchItemsRequest) -> int:
        if request.HasField("from_revision"):
            return request.from_revision
        return self.hub.revision

    async def _tell_snapshot(self, where: Condition | None, tell: Handover) -> int:
        """Tell the items that match *where* at one revision; gives the revision."""
        query = ItemQuery(limit=SNAPSHOT_PAGE, where=where, max_bytes=SNAPSHOT_PAGE_BYTES)
        ends = time.monotonic() + SNAPSHOT_SECONDS
        async with aclosing(self.reader.walk(query)) as pages:
            async for head, page in pages:
                self.hub.check_open()
                if time.monotonic() > ends:
                    raise WatcherTooSlow("the snapshot was read too slowly; watch again")
                revision, part = head.revision, messages.snapshot(_part(head, page))
                del page  # the reader may take a while
                await tell(part)
        return revision

    async def _check_start(self, revision: int) -> None:
        if self.hub.since(revision) is None or revision > self.hub.revision:
            check_kept(await self.reader.scan(_head), revision, first=revision + 1)

    async def _follow(self, subscription: Subscription, cursor: int, tell: Handover) -> NoReturn:
        """Tell everything after *cursor*: from the store while it is behind, then live."""
        is_live = False
        history = History(self.reads, with_previous=subscription.needs_previous)
        with self.encoders.sharing(subscription) as encoder:
            while True:
                commits = self.hub.since(cursor)
                if commits is None and is_live:
                    raise self._cut(cursor)
                is_live = commits is not None
                told = await self._next(encoder, history, commits, cursor, tell.peer)
                if told.message:
                    await tell(told.message, told.room)
                is_quiet, cursor = is_live and told.reached == cursor, told.reached
                del told  # the next one may have to wait for room
                await self._tell_if_quiet(cursor, tell, waits=is_quiet)

    async def _next(
        self,
        encoder: Encoder,
        history: History,
        commits: list[EncodedCommit] | None,
        cursor: int,
        peer: str,
    ) -> Told:
        """Return the messages for *commits*, or for the store; room for them is taken.

        While there is none, the watch waits with its cursor alone.
        """
        told = await self._shown(encoder, history, commits, cursor, peer)
        if commits:
            commits.clear()  # the watcher may take a while
        if not told.wanted:
            return told
        room = self.encoders.room
        taken = await room.take(told.wanted, peer)
        try:
            told = await self._shown(encoder, history, self.hub.since(cursor), cursor, peer, taken)
        except BaseException:
            room.give(taken)
            raise
        if told.room is not taken:
            room.give(taken)
        return told

    async def _shown(  # noqa: PLR0913, PLR0917  # where a watch stands, and what it has
        self,
        encoder: Encoder,
        history: History,
        commits: list[EncodedCommit] | None,
        cursor: int,
        peer: str,
        taken: Taken | None = None,
    ) -> Told:
        if commits is None:
            return await self._older(encoder, history, cursor, peer, taken)
        return await encoder.told(commits, peer, taken) if commits else Told(cursor)

    async def _older(
        self, encoder: Encoder, history: History, cursor: int, peer: str, taken: Taken | None
    ) -> Told:
        """What is shown of the next revisions in the store."""
        async with self.catch_ups:
            commits, newest = await history.after(cursor)
            if not commits:
                return Told(newest)
            told = await encoder.told(commits, peer, taken, is_kept=False)
            if not told.wanted:
                history.shown(len(told.message), whole=told.reached == commits[-1].revision)
            return told

    def _cut(self, cursor: int) -> WatcherTooSlow | StoreFailedOver:
        """Say why a live watch that has come to *cursor* cannot go on."""
        again, metadata = f"watch again from revision {cursor}", {"revision": str(cursor)}
        if self.hub.has_left_out(cursor):
            return StoreFailedOver(f"the database failed over; {again}", metadata=metadata)
        return WatcherTooSlow(f"the watcher fell too far behind; {again}", metadata=metadata)

    async def _tell_if_quiet(self, cursor: int, tell: Handover, *, waits: bool) -> None:
        """Tell how far the watch has come, if nothing was told for the interval.

        With *waits*, until that is so, or there is a commit after *cursor*.
        """
        left = tell.told_at + self.bookmark_interval.total_seconds() - time.monotonic()
        if left <= 0 or (waits and not await self.hub.next(cursor, left)):
            await tell(messages.bookmark(cursor, self.store_id))


def _part(head: Head, page: Page) -> pb.ItemSnapshot:
    return pb.ItemSnapshot(
        revision=head.revision,
        items=page.items,
        complete=page.next is None,
        store_id=head.store_id,
    )


def _head(reading: Reading) -> Head:
    return reading.head()
