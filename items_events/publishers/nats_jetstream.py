"""NATS JetStream: one stream, with an acknowledgement of each message.

The binding follows CloudEvents' for NATS in binary mode: attributes are headers that
begin with ``ce-``, the data is the payload. `Nats-Msg-Id` lets the stream recognise a
duplicate within its window.
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
"""Seconds for which the stream that `declare` makes recognises a duplicate."""

CLOSE_TIMEOUT: Final = 2.0
"""Seconds that a broker has to say good-bye."""

TOO_LARGE: Final = 10054
"""The code of JetStream for a message that is larger than the stream allows."""

_TOO_LARGE: Final = "the message is larger than the max_payload of the server"

CLIENT_ERRORS: Final = (Error, OSError, TimeoutError)
"""What the client raises when the connection is of no use any more."""


@asynccontextmanager
async def connect(url: BrokerUrl) -> AsyncIterator["NatsPublisher"]:
    """The sink at *url*. Raises BrokerUnavailable."""
    client = Client()
    lost: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    try:
        acknowledgements = await _open(client, url, lost)
        yield NatsPublisher(client, acknowledgements, lost, url)
    finally:
        await _close(client)


async def _open(client: Client, url: BrokerUrl, lost: asyncio.Future[str]) -> Acknowledgements:
    """Connect, once: what to repeat when the connection is lost, the relay knows."""

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
            await race(connecting, _fail(lost))  # it would try for ever, and not say why
            acknowledgements = Acknowledgements(client)
            await acknowledgements.listen()
    except CLIENT_ERRORS as error:
        raise BrokerUnavailable(f"NATS cannot be reached: {why(error)}") from error
    return acknowledgements


async def _fail(lost: asyncio.Future[str]) -> None:
    """Raise ConnectionError when the connection is *lost*."""
    raise ConnectionError(await asyncio.shield(lost))


async def _close(client: Client) -> None:
    """Close *client*, also if the broker does not answer any more."""
    with suppress(*CLIENT_ERRORS):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await client.close()


class NatsPublisher:
    """The subjects of a stream, over one connection; *lost* says why it is of no use any more."""

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
        """Make the stream; one that is there and takes the subjects is left as it is."""
        subjects = f"{self._prefix}{TYPE_PREFIX}>"
        jetstream = self._client.jetstream(timeout=RESPONSE_TIMEOUT)
        try:
            try:
                config = (await jetstream.stream_info(self._stream)).config
            except NotFoundError:
                config = self._new_stream(subjects)
                await jetstream.add_stream(config)
        except CLIENT_ERRORS as error:
            raise BrokerUnavailable(f"NATS declares nothing: {why(error)}") from error
        if subjects not in (config.subjects or ()):
            raise BrokerUnavailable(f"the stream {self._stream} is there, but without {subjects}")
        return 0.0

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
        answers = await self._settled([await self._send(event) for event in fitting])
        found = (_refusal(*pair) for pair in zip(fitting, answers, strict=True))
        return [*too_large, *(refused for refused in found if refused)]

    async def _send(self, event: CloudEvent) -> asyncio.Future[Answer]:
        """Publish *event*; the answer comes later."""
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
            raise BrokerUnavailable(f"NATS was lost: {why(error)}") from error
        return answer

    async def _settled(self, answers: Sequence[asyncio.Future[Answer]]) -> list[object]:
        """All *answers*; those that will never come are not waited for."""
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
            raise BrokerUnavailable(f"NATS was lost: {self._lost.result()}")

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
    """Bytes of the message, with what the headers take at most."""
    attributes = event.attributes.items()
    return len(event.data) + 512 + sum(len(key) + len(value) + 16 for key, value in attributes)


def _refusal(event: CloudEvent, answer: object) -> Refused | None:
    """Why the stream does not take it; None if it has it. Raises BrokerUnavailable."""
    match answer:
        case Answer(is_kept=True):
            return None
        case Answer(code=code, why=why) if code == TOO_LARGE:
            return Refused(event, why)
        case Answer(code=code, why=why) if code == NO_STREAM:
            raise BrokerUnavailable(f"{why}: `items events declare` makes one that does")
        case Answer(why=why):
            raise BrokerUnavailable(f"NATS does not keep a message: {why}")
        case _:
            raise BrokerUnavailable(f"NATS was lost: {answer}")
