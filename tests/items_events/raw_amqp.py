"""Publishes to RabbitMQ what no client library would: properties byte by byte."""

import asyncio
import struct

from pamqp import commands, frame

MESSAGE_ID, TIMESTAMP, TYPE = 1 << 7, 1 << 6, 1 << 5
BASIC = 60
HEADER, BODY, END = 2, 3, b"\xce"


def short(text: bytes) -> bytes:
    """A short string on the wire."""
    return struct.pack("B", len(text)) + text


async def publish_raw(
    address: tuple[str, int], queue: str, body: bytes, properties: dict[int, bytes]
) -> None:
    """Publish *body* to *queue*; *properties* are by their flag, in falling order of it."""
    reader, writer = await asyncio.open_connection(*address)
    send = Sender(reader, writer)
    writer.write(b"AMQP\x00\x00\x09\x01")
    await send.read()
    await send.ask(commands.Connection.StartOk({}, "PLAIN", "\0guest\0guest", "en_US"))
    send.method(commands.Connection.TuneOk(2047, 131072, 0), channel=0)
    await send.ask(commands.Connection.Open())
    await send.ask(commands.Channel.Open(), channel=1)
    await send.ask(commands.Confirm.Select(), channel=1)
    send.method(commands.Basic.Publish(routing_key=queue), channel=1)
    flags = sum(properties)
    values = b"".join(properties[flag] for flag in sorted(properties, reverse=True))
    send.frame(HEADER, struct.pack(">HHQH", BASIC, 0, len(body), flags) + values)
    send.frame(BODY, body)
    answer = await send.read()
    assert isinstance(answer, commands.Basic.Ack), answer
    writer.close()
    await writer.wait_closed()


class Sender:
    """One end of a connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, method: object, channel: int = 0) -> object:
        """Send *method*, and wait for its answer."""
        self.method(method, channel)
        return await self.read()

    def method(self, method: object, channel: int) -> None:
        """Send *method*."""
        self._writer.write(frame.marshal(method, channel))  # type: ignore[arg-type]  # is one

    def frame(self, kind: int, payload: bytes) -> None:
        """Send a frame as it is."""
        self._writer.write(struct.pack(">BHL", kind, 1, len(payload)) + payload + END)

    async def read(self) -> object:
        """The next frame."""
        start = await self._reader.readexactly(7)
        (length,) = struct.unpack(">L", start[3:])
        return frame.unmarshal(start + await self._reader.readexactly(length + 1))[2]
