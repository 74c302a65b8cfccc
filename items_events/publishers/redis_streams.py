"""Redis Streams: one stream, with REVISION-ORDINAL as the id of an entry.

Redis refuses an id that is not greater than the last one, so that a duplicate is
recognised and not added.

CloudEvents has no binding for Redis: attributes are fields of the same name, and the item
is the field `data`.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import ResponseError

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.redis_client import failures, open_client
from items_events.brokers.unavailable import BrokerUnavailable
from items_events.cloud_events import CloudEvent
from items_events.publishers.publisher import Refused

if TYPE_CHECKING:
    from redis import asyncio as redis

DATA: Final = "data"
NOT_ABOVE: Final = "equal or smaller"
"""The part of Redis's error message for an id that is not greater than the last one."""

MISSING: Final = "the stream has later entries, but lacks this one: rename or delete it, and replay"


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RedisPublisher"]:
    """Open the publisher at *url* for the block. Raises BrokerUnavailable."""
    async with open_client(url) as client:
        with failures():
            await client.ping()
        yield RedisPublisher(client, url)


class RedisPublisher:
    """A publisher to a stream, over one connection."""

    def __init__(self, client: "redis.Redis", url: BrokerUrl) -> None:
        self._client = client
        self._stream = url.options["stream"]
        self._maxlen = int(url.options["maxlen"]) if "maxlen" in url.options else None

    async def declare(self) -> float:
        """Check that the key is a stream or unused: the first event creates it."""
        with failures():
            kind = await self._client.type(self._stream)
        if kind not in {b"none", b"stream"}:
            raise BrokerUnavailable(
                f"Redis: the key {self._stream!r} is not a stream: rename or delete it"
            )
        return 0.0

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events* in one transaction: Redis adds all new ones, or none."""
        transaction = self._client.pipeline(transaction=True)
        for event in events:
            transaction.xadd(
                self._stream,
                _fields(event),
                id=_entry_id(event),
                maxlen=self._maxlen,
                approximate=True,
            )
        with failures():
            results = await transaction.execute(raise_on_error=False)
        return await self._missing(
            [event for event, result in zip(events, results, strict=True) if _is_old(result)]
        )

    async def _missing(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Return those of *events* that the stream lacks and can no longer add."""
        if not events:
            return []
        reading = self._client.pipeline(transaction=True)
        reading.xrange(self._stream, count=1)
        for event in events:
            reading.xrange(self._stream, _entry_id(event), _entry_id(event))
        with failures():
            first, *found = await reading.execute()
        return [
            Refused(event, MISSING)
            for event, entries in zip(events, found, strict=True)
            if not _has(entries, event) and not _was_trimmed(first, event)
        ]


def _entry_id(event: CloudEvent) -> str:
    return f"{event.revision}-{event.ordinal}"


def _fields(event: CloudEvent) -> dict[Any, Any]:
    return {**event.attributes, DATA: event.data}


def _is_old(result: object) -> bool:
    """Return true if Redis has an entry with this id or a greater one. Raises BrokerUnavailable."""
    if isinstance(result, ResponseError) and NOT_ABOVE in str(result):
        return True
    if isinstance(result, Exception):
        raise BrokerUnavailable(f"Redis: cannot add an entry: {result}") from result
    return False


def _has(entries: Sequence[Any], event: CloudEvent) -> bool:
    """Return true if *entries* hold the event, not one of another store with the same entry id."""
    return any(fields.get(b"id") == event.id.encode() for _, fields in entries)


def _was_trimmed(first: Sequence[Any], event: CloudEvent) -> bool:
    """Return true if the stream starts after *event*, with an entry of the same store."""
    source = event.attributes["source"].encode()
    return any(
        fields.get(b"source") == source and _place(entry_id) > (event.revision, event.ordinal)
        for entry_id, fields in first
    )


def _place(entry_id: bytes) -> tuple[int, int]:
    revision, _, ordinal = entry_id.partition(b"-")
    return int(revision), int(ordinal)
