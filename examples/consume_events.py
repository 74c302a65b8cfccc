"""A consumer of events: keeps a copy of the items up to date from what the relay publishes.

    items events declare redis://localhost:6379/0
    items relay --events redis://localhost:6379/0
    python examples/consume_events.py redis://localhost:6379/0 --copy items-copy.db

The URL is that of the relay, and may be one of nats://... or amqp://... as well. Events come
at least once, and may come in another order after a failure; the copy keeps the `sequence`
of each item and drops what is not above it. An event is acknowledged once the copy has it
on disk.
"""

import argparse
import asyncio
import json
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

GROUP = "example"
"""The consumer group, or the durable consumer, that the broker keeps the place of."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS items (
    id TEXT PRIMARY KEY, sequence TEXT NOT NULL, item TEXT NOT NULL, deleted INTEGER NOT NULL
);
"""

UPSERT = """
INSERT INTO items VALUES (:subject, :sequence, :item, :deleted)
ON CONFLICT (id) DO UPDATE
SET sequence = excluded.sequence, item = excluded.item, deleted = excluded.deleted
WHERE excluded.sequence > items.sequence
"""

Event = tuple[Mapping[str, str], bytes, Callable[[], Awaitable[Any]]]
"""The attributes of a CloudEvent, its data, and how it is acknowledged."""


async def main() -> None:
    """Consume until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Keep a copy of the items from their events.")
    parser.add_argument("url", help="redis://..., nats://... or amqp://...")
    parser.add_argument("--copy", default="items-copy.db", help="default: %(default)s")
    options = parser.parse_args()
    copy = sqlite3.connect(options.copy)
    copy.executescript(SCHEMA)
    broker = urlsplit(options.url)
    source = SOURCES[broker.scheme]
    named = dict(parse_qsl(broker.query))
    async for attributes, data, acknowledge in source(broker._replace(query="").geturl(), named):
        is_new = apply(copy, attributes, data)
        await acknowledge()
        print(attributes["type"], attributes["subject"], "" if is_new else "(seen)", flush=True)


def apply(copy: sqlite3.Connection, attributes: Mapping[str, str], data: bytes) -> bool:
    """Apply the event, unless the copy has it or a later one; whether it was new."""
    item = json.loads(data)
    values = {
        "subject": attributes["subject"],
        "sequence": attributes["sequence"],
        "item": json.dumps(item),
        "deleted": "deleteTime" in item,
    }
    with copy:
        return copy.execute(UPSERT, values).rowcount > 0


async def redis_events(url: str, named: Mapping[str, str]) -> AsyncIterator[Event]:
    """Read the stream as a consumer of a group, at first what it had not acknowledged."""
    from redis import asyncio as redis  # noqa: PLC0415  # only one broker's client is needed
    from redis.exceptions import ResponseError  # noqa: PLC0415

    client: Any
    stream = named.get("stream", "items")
    async with redis.from_url(url, protocol=2) as client:
        try:
            await client.xgroup_create(stream, GROUP, id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):  # the group is there already
                raise
        place = "0"
        while True:
            answer = await client.xreadgroup(GROUP, "one", {stream: place}, count=100, block=1000)
            entries = answer[0][1] if answer else []
            for entry_id, fields in entries:
                attributes = {k.decode(): v.decode() for k, v in fields.items() if k != b"data"}
                yield attributes, fields[b"data"], lambda: client.xack(stream, GROUP, entry_id)  # noqa: B023  # called at once
            if not entries:
                place = ">"


async def nats_events(url: str, named: Mapping[str, str]) -> AsyncIterator[Event]:
    """Read the stream by a durable consumer."""
    import nats  # noqa: PLC0415  # only one broker's client is needed

    client = await nats.connect(url)
    stream = named.get("stream", "ITEMS")
    reading = await client.jetstream().pull_subscribe("", durable=GROUP, stream=stream)
    while True:
        try:
            messages = await reading.fetch(100, timeout=1)
        except nats.errors.TimeoutError:
            continue
        for message in messages:
            headers = message.headers or {}
            attributes = {key.removeprefix("ce-"): value for key, value in headers.items()}
            yield attributes, message.data, message.ack


async def rabbitmq_events(url: str, named: Mapping[str, str]) -> AsyncIterator[Event]:
    """Read the queue that `items events declare` makes."""
    import aio_pika  # noqa: PLC0415  # only one broker's client is needed

    connection = await aio_pika.connect_robust(url)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=100)
    queue = await channel.get_queue(named.get("queue", named.get("exchange", "items")))
    async with queue.iterator() as messages:
        async for message in messages:
            attributes = {
                key.removeprefix("cloudEvents:"): str(value)
                for key, value in message.headers.items()
            }
            yield attributes, message.body, message.ack


SOURCES = {
    "redis": redis_events,
    "rediss": redis_events,
    "nats": nats_events,
    "amqp": rabbitmq_events,
    "amqps": rabbitmq_events,
}

if __name__ == "__main__":
    # Ctrl-C ends it at once, whatever it does: what was not acknowledged comes again.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    asyncio.run(main())
