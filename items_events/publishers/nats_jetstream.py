"""NATS JetStream: one stream that acknowledges each message.

The binding is that of CloudEvents for NATS in binary mode: attributes are headers with
the prefix ``ce-``, the data is the payload. By `Nats-Msg-Id` the stream drops duplicates
within its window.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

from nats.aio.client import Client
from nats.errors import Error
from nats.js.api import Header, StorageType, StreamConfig
from nats.js.errors import NotFoundError

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import RESPONSE_TIMEOUT, BrokerUnavailable, why
from items_events.cloud_events import TYPE_PREFIX, CloudEvent
from items_events.publishers.acknowledgements import NO_STREAM, Acknowledgements, Answer
from items_events.publishers.confirms import settle
from items_events.publishers.publisher import Refused
from items_events.publishers.routing import routing_key
from items_events.tasks import race

HEADER: Final = "ce-"
CONTENT_TYPE: Final = "content-type"

DUPLICATE_WINDOW: Final = 120.0
"""Seconds for which a stream that `declare` creates recognises a duplicate."""

CLOSE_TIMEOUT: Final = 2.0
"""Seconds to wait for the broker to close the connection."""

TOO_LARGE: Final = 10054
"""JetStream's error code for a message that is larger than the stream allows."""

_TOO_LARGE: Final = "the message is larger than the max_payload of the server"

CLIENT_ERRORS: Final = (Error, OSError, TimeoutError)
"""The errors of the client library after which the connection is unusable."""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["NatsPublisher"]:
    """Open the publisher at *url* for the block. Raises BrokerUnavailable."""
    client = Client()
    lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    try:
        acknowledgements = await _open(client, url, lost)
        yield NatsPublisher(client, acknowledgements, lost, url)
    finally:
        await _close(client)


async def _open(client: Client, url: BrokerUrl, lost: asyncio.Future[str]) -> Acknowledgements:
    """Connect without reconnection: the relay knows what to repeat."""

    async def on_error(error: Exception) -> None:
        if not lost.done():
            lost.set_result(why(error))

    async def on_end() -> None:
        await on_error(ConnectionError("the connection has ended"))

    host = f"[{url.host}]" if ":" in url.host else url.host
    context = url.tls_context()
    try:
        async with asyncio.timeout(RESPONSE_TIMEOUT):
            connecting = client.connect(
                f"{url.scheme}://{host}:{url.port}",
                name="item-service",
                allow_reconnect=False,
                flush_timeout=RESPONSE_TIMEOUT,
                error_cb=on_error,
                disconnected_cb=on_end,
                closed_cb=on_end,
                user=url.user,
                password=url.password,
                tls=context,
            )
            await race(
                connecting, _fail(lost)
            )  # alone, connect() retries for ever and hides the error
            acknowledgements = Acknowledgements(client)
            await acknowledgements.listen()
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(f"NATS cannot be reached: {why(error)}") from error
    return acknowledgements


async def _fail(lost: asyncio.Future[str]) -> None:
    """Wait until the connection is *lost*, then raise ConnectionError."""
    raise ConnectionError(await asyncio.shield(lost))


async def _close(client: Client) -> None:
    """Close *client*, even if the broker no longer answers."""
    with suppress(*CLIENT_ERRORS):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await client.close()


class NatsPublisher:
    """A publisher to the subjects of a stream; *lost* holds the reason once disconnected."""

    def __init__(
        self,
        client: Client,
        acknowledgements: Acknowledgements,
        lost: asyncio.Future[str],
        url: BrokerUrl,
    ) -> None:
        self._client = client
        self._acknowledgements = acknowledgements
        self._lost = lost
        self._options = url.options
        self._prefix = f"{url.options['prefix']}." if url.options["prefix"] else ""
        self._stream = url.options["stream"]

    async def declare(self) -> float:
        """Create the stream, unless it exists with the subjects."""
        subjects = f"{self._prefix}{TYPE_PREFIX}>"
        jetstream = self._client.jetstream(timeout=RESPONSE_TIMEOUT)
        try:
            try:
                config = (await jetstream.stream_info(self._stream)).config
            except NotFoundError:
                config = self._new_stream(subjects)
                await jetstream.add_stream(config)
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(
                f"NATS: cannot create the stream {self._stream}: {why(error)}"
            ) from error
        if subjects not in (config.subjects or ()):
            raise BrokerUnavailable(
                f"the stream {self._stream} exists, but lacks the subjects {subjects}: add them"
            )
        return 0.0

    def _new_stream(self, subjects: str) -> StreamConfig:
        return StreamConfig(
            name=self._stream,
            subjects=[subjects],
            storage=StorageType.FILE,
            duplicate_window=DUPLICATE_WINDOW,
        )

    async def publish(self, events: Sequence[CloudEvent]) -> Sequence[Refused]:
        """Publish *events*, then wait for all acknowledgements."""
        largest = self._client.max_payload
        too_large = [Refused(event, _TOO_LARGE) for event in events if _size(event) > largest]
        fitting = [event for event in events if _size(event) <= largest]
        answers = await self._settled([await self._send(event) for event in fitting])
        found = (_refusal(*pair) for pair in zip(fitting, answers, strict=True))
        return [*too_large, *(refused for refused in found if refused)]

    async def _send(self, event: CloudEvent) -> asyncio.Future[Answer]:
        """Publish *event*, and return the future of its response."""
        subject, answer = self._acknowledgements.expect()
        self._check_connection()
        try:
            await self._client.publish(
                f"{self._prefix}{routing_key(event, self._options)}",
                event.data,
                reply=subject,
                headers=self._headers(event),
            )
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(f"the connection to NATS was lost: {why(error)}") from error
        return answer

    async def _settled(self, answers: Sequence[asyncio.Future[Answer]]) -> list[object]:
        """Wait for all *answers*, unless the connection is lost."""
        settling = asyncio.create_task(settle(answers))
        either: tuple[asyncio.Future[Any], ...] = (settling, self._lost)
        try:
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if not settling.done():
                self._check_connection()
            return list(settling.result())
        finally:
            settling.cancel()
            await asyncio.gather(settling, return_exceptions=True)

    def _check_connection(self) -> None:
        if self._lost.done():
            raise BrokerUnavailable(f"the connection to NATS was lost: {self._lost.result()}")

    def _headers(self, event: CloudEvent) -> dict[str, str]:
        attributes = {
            f"{HEADER}{key}": value
            for key, value in event.attributes.items()
            if key != "datacontenttype"
        }
        return {
            Header.MSG_ID: event.id,
            Header.EXPECTED_STREAM: self._stream,
            CONTENT_TYPE: event.content_type,
            **attributes,
        }


def _size(event: CloudEvent) -> int:
    """Return the size of the message in bytes; of its headers, an upper bound."""
    attributes = event.attributes.items()
    return len(event.data) + 512 + sum(len(key) + len(value) + 16 for key, value in attributes)


def _refusal(event: CloudEvent, answer: object) -> Refused | None:
    """Return the rejection in *answer*; None if the stream has the event.

    Raises:
        BrokerUnavailable: the stream did not store the event, or the connection was lost.
    """
    match answer:
        case Answer(is_kept=True):
            return None
        case Answer(code=code, why=why) if code == TOO_LARGE:
            return Refused(event, why)
        case Answer(code=code, why=why) if code == NO_STREAM:
            raise BrokerUnavailable(f"{why}: create one with `items events declare`")
        case Answer(why=why):
            raise BrokerUnavailable(f"NATS did not store a message: {why}")
        case _:
            raise BrokerUnavailable(f"the connection to NATS was lost: {answer}")
