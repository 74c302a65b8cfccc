"""Walks: all pages of a query, of one snapshot, at the pace of whoever takes them."""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import replace
from operator import itemgetter
from typing import TypeVar

from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Head, Page, ReadableStore
from grpc_server.items.errors import Overloaded, WatcherTooSlow
from grpc_server.observer import UNOBSERVED, Observer
from grpc_server.reads.lane import Lane, Turn

T = TypeVar("T")

WALKS = 4
"""How many walks are open at a time: each holds a snapshot, and with it the log of SQLite
or the dead rows of PostgreSQL."""

MAX_WAITING = 100
"""How many walks may wait for one of these; more are refused."""

CROWDED_SECONDS = 0.25
"""How long a walk waits for its consumer with one page, where others wait for their turn."""

LOOK_SECONDS = 0.05
"""How often it is looked for such a walk."""

TURN_SECONDS = 30.0
"""How long a walk waits for its turn, before it is refused."""

PATIENCE_SECONDS = 5.0
"""How long a walk waits for its consumer in all, beyond what each page earns it."""

_SECONDS_EARNED_BY_PAGE = 0.01
_SECONDS_EARNED_BY_BYTE = 1 / (2 * 1024 * 1024)
"""A consumer that takes 2 MiB a second, or a hundred pages, is never too slow."""


class Walks:
    """Walks through *store*; one that waits for its consumer too long is cut at once.

    The *patience*, in seconds, is for the whole walk, and grows with what it has told: the
    snapshot of a large store takes its time, whoever reads it. Where others wait for their
    turn, the walk ends whose consumer has left one page for the longest time.
    """

    def __init__(
        self,
        store: ReadableStore,
        patience: float = PATIENCE_SECONDS,
        observer: Observer = UNOBSERVED,
    ) -> None:
        self._store = store
        self._patience = patience
        self._lane = Lane("snapshots", WALKS, MAX_WAITING, observer)
        self._left_since: dict[Turn, float] = {}

    async def close(self) -> None:
        """Wait until every snapshot is closed."""
        await self._lane.close()

    async def walk(self, query: ItemQuery) -> AsyncGenerator[tuple[Head, Page], None]:
        """Give all pages of *query*, one after the other, of one snapshot of the store.

        The snapshot is held until the walk ends: close it when it is left early.

        Raises:
            Overloaded: too many walks wait, or this one has waited for too long.
            WatcherTooSlow: the consumer took longer than the patience.
            StoreError: the database failed.
        """
        left = self._patience
        async with self._turn() as turn:
            snapshot = ExitStack()
            turn.at_end = snapshot.close
            opened = self._store.read(turn.cancellation)
            reading = await turn.run(lambda: snapshot.enter_context(opened))
            head, page = await turn.run(
                lambda: read_within(snapshot, lambda: (reading.head(), reading.page(query)))
            )
            while True:
                left += _earned(page)
                ending = asyncio.get_running_loop().call_later(left, self._lane.give_back, turn)
                told_at = time.monotonic()
                self._left_since[turn] = told_at + _earned(page)
                try:
                    yield head, page
                finally:
                    ending.cancel()
                    del self._left_since[turn]
                left -= time.monotonic() - told_at
                if page.next is None:
                    return
                if turn.is_over:
                    raise WatcherTooSlow("the snapshot was read too slowly; watch again")
                following = replace(query, after=page.next)
                page = await turn.run(
                    lambda: read_within(snapshot, lambda: reading.page(following))  # noqa: B023  # at once
                )

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[Turn]:
        turn = await self._taken()
        try:
            yield turn
        finally:
            self._lane.give_back(turn)

    async def _taken(self) -> Turn:
        taking = asyncio.ensure_future(self._lane.take())
        try:
            await self._look_on(taking)
        except asyncio.CancelledError:
            self._leave(taking)
            raise
        if not taking.done():
            self._leave(taking)
            raise Overloaded("too many snapshots are being read; try again later")
        return taking.result()

    async def _look_on(self, taking: "asyncio.Future[Turn]") -> None:
        """Wait until the turn has come, or for too long, and end walks that are in the way."""
        ends = time.monotonic() + TURN_SECONDS
        while not taking.done() and time.monotonic() < ends:
            await asyncio.wait([taking], timeout=LOOK_SECONDS)
            if not taking.done():
                self._end_idlest()

    def _leave(self, taking: "asyncio.Future[Turn]") -> None:
        """Leave the queue, or give back what was taken a moment ago."""
        if not taking.done():
            taking.cancel()
        elif taking.exception() is None:
            self._lane.give_back(taking.result())

    def _end_idlest(self) -> None:
        """End the walk whose consumer has left its page for the longest time, if that is long."""
        left = ((turn, since) for turn, since in self._left_since.items() if not turn.is_over)
        turn, since = min(left, key=itemgetter(1), default=(None, 0.0))
        if turn is not None and time.monotonic() - since > CROWDED_SECONDS:
            self._lane.give_back(turn)


def read_within(snapshot: ExitStack, read: Callable[[], T]) -> T:
    """Return what *read* does; if it fails, it fails as in the block of *snapshot*.

    The snapshot translates the errors of its database as they leave the block.
    """
    try:
        return read()
    except BaseException:
        snapshot.__exit__(*sys.exc_info())
        raise


def _earned(page: Page) -> float:
    return _SECONDS_EARNED_BY_PAGE + page.size * _SECONDS_EARNED_BY_BYTE
