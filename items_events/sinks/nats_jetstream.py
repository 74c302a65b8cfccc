"""NATS JetStream: one stream, with an acknowledgement of each message.

The binding follows CloudEvents' for NATS in binary mode: attributes are headers that
begin with ``ce-``, the data is the payload. `Nats-Msg-Id` lets the stream recognise a
duplicate within its window.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Final

from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import Header, PubAck, StorageType, StreamConfig
from nats.js.errors import APIError, NoStreamResponseError, NotFoundError

from items_events.broker_url import BrokerUrl
from items_events.cloud_events import TYPE_PREFIX, CloudEvent
from items_events.sinks.confirms import settle
from items_events.sinks.routing import routing_key
from items_events.sinks.sink import Refused
from items_events.tls import tls_context
from items_events.unavailable import PATIENCE, BrokerUnavailable

HEADER: Final = "ce-"
CONTENT_TYPE: Final = "content-type"

DUPLICATE_WINDOW: Final = 120.0
"""Seconds for which the stream that `declare` makes recognises a duplicate."""

CLOSING: Final = 2.0
"""Seconds that a broker has to say good-bye."""

TOO_LARGE: Final = 10054
"""The code of JetStream for a message that is larger than the stream allows."""

BROKEN: Final = (Error, OSError, TimeoutError)
"""What the client raises when the connection is of no use any more."""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["NatsSink"]:
    """The sink at *url*. Raises BrokerUnavailable."""
    client = Client()
    lost = asyncio.Event()
    try:
        await _open(client, url, lost)
        yield NatsSink(client, lost, url)
    finally:
        await _close(client)


async def _open(client: Client, url: BrokerUrl, lost: asyncio.Event) -> None:
    """Connect, once: what to repeat when the connection is lost, the relay knows."""

    async def on_lost() -> None:
        lost.set()

    async def ignore(_: Exception) -> None:
        """Whatever breaks the connection is seen by those who use it."""

    host = f"[{url.host}]" if ":" in url.host else url.host
    context = tls_context(url)
    try:
        async with asyncio.timeout(PATIENCE):
            await client.connect(
                f"{url.scheme}://{host}:{url.port}",
                name="item-service",
                allow_reconnect=False,
                error_cb=ignore,
                disconnected_cb=on_lost,
                closed_cb=on_lost,
                user=url.user,
                password=url.password,
                tls=context,
            )
    except BROKEN as error:
        raise BrokerUnavailable(f"NATS cannot be reached: {error}") from error


async def _close(client: Client) -> None:
    """Close *client*, also if the broker does not answer any more."""
    with suppress(*BROKEN):
        async with asyncio.timeout(CLOSING):
            await client.close()


class NatsSink:
    """The subjects of a stream, over one connection; *lost* is set when it has gone."""

    def __init__(self, client: Client, lost: asyncio.Event, url: BrokerUrl) -> None:
        self._client = client
        self._jetstream = client.jetstream(timeout=PATIENCE)
        self._lost = lost
        self._options = url.options
        self._prefix = f"{url.options['prefix']}." if url.options["prefix"] else ""
        self._stream = url.options["stream"]

    async def declare(self) -> None:
        """Make the stream; one that is there and takes the subjects is left as it is."""
        subjects = f"{self._prefix}{TYPE_PREFIX}>"
        try:
            try:
                config = (await self._jetstream.stream_info(self._stream)).config
            except NotFoundError:
                config = self._new_stream(subjects)
                await self._jetstream.add_stream(config)
        except BROKEN as error:
            raise BrokerUnavailable(f"NATS declares nothing: {error}") from error
        if subjects not in (config.subjects or ()):
            raise BrokerUnavailable(f"the stream {self._stream} is there, but without {subjects}")

    def _new_stream(self, subjects: str) -> StreamConfig:
        return StreamConfig(
            name=self._stream,
            subjects=[subjects],
            storage=StorageType.FILE,
            duplicate_window=DUPLICATE_WINDOW,
        )

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events*, with all acknowledgements in flight."""
        largest = self._client.max_payload
        too_large = [Refused(event, _TOO_LARGE) for event in events if _size(event) > largest]
        fitting = [event for event in events if _size(event) <= largest]
        acknowledgements = [await self._send(event) for event in fitting]
        outcomes = await self._settled(acknowledgements)
        found = (_refusal(*pair) for pair in zip(fitting, outcomes, strict=True))
        return [*too_large, *(refused for refused in found if refused)]

    async def _send(self, event: CloudEvent) -> asyncio.Future[PubAck]:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._jetstream.publish_async(
                    f"{self._prefix}{routing_key(event, self._options)}",
                    event.data,
                    stream=self._stream,
                    headers=_headers(event),
                )
        except BROKEN as error:
            raise BrokerUnavailable(f"NATS was lost: {error}") from error

    async def _settled(
        self, acknowledgements: Sequence[asyncio.Future[PubAck]]
    ) -> list[PubAck | BaseException]:
        """What came of *acknowledgements*; those that will never come are not waited for."""
        settling = asyncio.create_task(settle(acknowledgements))
        losing = asyncio.create_task(self._lost.wait())
        try:
            await asyncio.wait([settling, losing], return_when=asyncio.FIRST_COMPLETED)
            if not settling.done():
                raise BrokerUnavailable("NATS was lost: the connection has ended")
            return settling.result()
        finally:
            settling.cancel()
            losing.cancel()
            await asyncio.gather(settling, losing, return_exceptions=True)


_TOO_LARGE: Final = "the message is larger than the max_payload of the server"


def _headers(event: CloudEvent) -> dict[str, str]:
    attributes = event.attributes.items()
    headers = {f"{HEADER}{key}": value for key, value in attributes if key != "datacontenttype"}
    return {Header.MSG_ID: event.id, CONTENT_TYPE: event.content_type, **headers}


def _size(event: CloudEvent) -> int:
    """Bytes of the message, with what the headers take at most."""
    return len(event.data) + sum(
        len(key) + len(value) + 16 for key, value in event.attributes.items()
    )


def _refusal(event: CloudEvent, outcome: object) -> Refused | None:
    """Why the stream does not take it; None if it has it. Raises BrokerUnavailable."""
    match outcome:
        case PubAck():
            return None
        case APIError() if outcome.err_code == TOO_LARGE:
            return Refused(event, "the message is larger than the max_msg_size of the stream")
        case NoStreamResponseError():
            raise BrokerUnavailable("no stream takes the subject: `items events declare` makes one")
        case _:
            raise BrokerUnavailable(f"NATS does not keep a message: {outcome}")
