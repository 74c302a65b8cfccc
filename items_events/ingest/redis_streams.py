"""Writes from a consumer group of a Redis stream, and dead letters in another stream.

An entry has the field `body` and, if its producer may add it twice, the field `id`.
Without that field, the id of the entry identifies the message.
"""

import socket
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog
from redis.exceptions import ResponseError

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.redis_client import failures, open_client
from items_events.ingest.problems import as_json
from items_events.ingest.source import Delivery
from items_events.tasks import check_cancelled

FETCH: Final = 50
BLOCK: Final = 1000
"""Milliseconds that a read blocks for an entry."""

ABANDONED: Final = 30.0
"""Seconds after which an entry is claimed from a consumer that has not acknowledged it."""

Entry = tuple[bytes, Mapping[bytes, bytes] | None]
"""An id and its fields; None if the entry has been trimmed."""

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RedisSource"]:
    """Open the source at *url* for the block; create a missing group. Raises BrokerUnavailable."""
    async with open_client(url) as client:
        source = RedisSource(client, url)
        await source.join()
        yield source


class RedisSource:
    """A consumer of a group, named after the host, so that it resumes its pending entries."""

    def __init__(
        self, client: Any, url: BrokerUrl, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._stream = url.options["stream"]
        self._group = url.options["group"]
        self._consumer = url.options.get("consumer", socket.gethostname())
        self._dead = url.options.get("dead", f"{self._stream}.dead")
        self._clock = clock
        self._begun: bytes | None = b"0"
        self._claims_at = clock()
        self._fetched: deque[Entry] = deque()

    async def join(self) -> None:
        """Create the group at the start of the stream, unless the group exists."""
        with failures():
            try:
                await self._client.xgroup_create(self._stream, self._group, "0", mkstream=True)
            except ResponseError as error:
                if not str(error).startswith("BUSYGROUP"):
                    raise

    async def next(self) -> Delivery:
        """Wait for the next message, and return it."""
        while True:
            while not self._fetched:
                check_cancelled()
                with failures():
                    self._fetched.extend(await self._fetch())
            entry_id, fields = self._fetched.popleft()
            if fields:
                return self._delivery(entry_id, fields)
            _log.error("entry was trimmed before it was applied", entry=entry_id.decode())
            await self._acknowledge(entry_id)

    async def acknowledge(self, delivery: Delivery) -> None:
        """See Source."""
        await self._acknowledge(delivery.receipt[0])

    async def move_to_dead_letters(self, delivery: Delivery, problem: Mapping[str, Any]) -> None:
        """Move the entry to the stream of dead letters, in one transaction."""
        entry_id, fields = delivery.receipt
        moving = self._client.pipeline(transaction=True)
        moving.xadd(self._dead, {**fields, b"problem": as_json(problem)})
        moving.xack(self._stream, self._group, entry_id)
        with failures():
            await moving.execute()

    async def _fetch(self) -> Sequence[Entry]:
        """Return pending entries of this consumer, then abandoned ones of others, then new ones."""
        if self._begun is not None:
            entries = await self._read(self._begun)
            self._begun = entries[-1][0] if entries else None
            return entries
        if self._clock() >= self._claims_at:
            claimed = await self._client.xautoclaim(
                self._stream, self._group, self._consumer, int(ABANDONED * 1000), count=FETCH
            )
            if claimed[1]:
                return list(claimed[1])
            self._claims_at = self._clock() + ABANDONED / 3
        return await self._read(b">")

    async def _read(self, after: bytes) -> Sequence[Entry]:
        answer = await self._client.xreadgroup(
            self._group, self._consumer, {self._stream: after}, count=FETCH, block=BLOCK
        )
        return list(answer[0][1]) if answer else []

    async def _acknowledge(self, entry_id: bytes) -> None:
        with failures():
            await self._client.xack(self._stream, self._group, entry_id)

    def _delivery(self, entry_id: bytes, fields: Mapping[bytes, bytes]) -> Delivery:
        own_id = fields.get(b"id", b"").decode(errors="backslashreplace")
        known_by = own_id or f"{self._stream}/{entry_id.decode()}"
        return Delivery(known_by, fields.get(b"body", b""), (entry_id, fields))
