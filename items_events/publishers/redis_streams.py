"""Redis Streams: one stream, in which an entry has the revision and the ordinal as its id.

Redis refuses an id that is not above the last one. That is how a duplicate is
recognised: an entry that is there already is left as it is.

There is no binding of CloudEvents for Redis: the attributes are fields by their names,
and the item is the field `data`.
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
"""What Redis says of an id that is not above the last one."""

MISSING: Final = "the stream has later entries, but not this one: rename or delete it, and replay"


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["RedisPublisher"]:
    """The sink at *url*. Raises BrokerUnavailable."""
    async with open_client(url) as client:
        with failures():
            await client.ping()
        yield RedisPublisher(client, url)


class RedisPublisher:
    """A stream, over one connection."""

    def __init__(self, client: "redis.Redis", url: BrokerUrl) -> None:
        self._client = client
        self._stream = url.options["stream"]
        self._maxlen = int(url.options["maxlen"]) if "maxlen" in url.options else None

    async def declare(self) -> float:
        """See that the key is a stream or nothing: the first event makes it."""
        with failures():
            kind = await self._client.type(self._stream)
        if kind not in {b"none", b"stream"}:
            raise BrokerUnavailable(f"Redis: the key {self._stream!r} is not a stream")
        return 0.0

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events* in one transaction: Redis takes all that are new, or none."""
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
            outcomes = await transaction.execute(raise_on_error=False)
        return await self._missing(
            [event for event, outcome in zip(events, outcomes, strict=True) if _is_old(outcome)]
        )

    async def _missing(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Those of *events* that the stream does not have, and cannot get any more."""
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


def _is_old(outcome: object) -> bool:
    """Whether Redis has an entry with this id or a later one. Raises BrokerUnavailable."""
    if isinstance(outcome, ResponseError) and NOT_ABOVE in str(outcome):
        return True
    if isinstance(outcome, Exception):
        raise BrokerUnavailable(f"Redis takes no entry: {outcome}") from outcome
    return False


def _has(entries: Sequence[Any], event: CloudEvent) -> bool:
    """Whether the one of *entries* that has the id is the event, and not of another store."""
    return any(fields.get(b"id") == event.id.encode() for _, fields in entries)


def _was_trimmed(first: Sequence[Any], event: CloudEvent) -> bool:
    """Whether the stream begins after *event*, with an entry of the same store."""
    source = event.attributes["source"].encode()
    return any(
        fields.get(b"source") == source and _place(entry_id) > (event.revision, event.ordinal)
        for entry_id, fields in first
    )


def _place(entry_id: bytes) -> tuple[int, int]:
    revision, _, ordinal = entry_id.partition(b"-")
    return int(revision), int(ordinal)
