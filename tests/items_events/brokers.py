"""The brokers whose processes are the tests' own, and all three by their names."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import nats
from nats.js.api import ConsumerConfig, DeliverPolicy, StreamConfig
from redis import asyncio as redis

from tests.items_events.broker import Broker, Seen
from tests.items_events.proxy import Proxy, proxying
from tests.items_events.rabbitmq import running_rabbitmq
from tests.needs import nats_server, redis_server

STARTUP = 20.0
READ = 500
LARGE = 2000
"""Bytes of a message that NATS is told to refuse."""

SUBJECTS = "items.v1.item.>"


class Server:
    """A broker's process, which listens on *port*."""

    def __init__(self, port: int, *command: str) -> None:
        self.port = port
        self._command = command
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        """Return when it listens."""
        self._process = await asyncio.create_subprocess_exec(
            *self._command,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
        async with asyncio.timeout(STARTUP):
            while not await self._listens():
                assert self._process.returncode is None, f"{self._command[0]} has ended"
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """End it so that it cannot notice."""
        if self._process is not None and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def without(self, flag: str) -> None:
        """Leave *flag* out when it is started again."""
        self._command = tuple(word for word in self._command if word != flag)

    def tell(self, number: signal.Signals) -> None:
        """Send the signal *number*."""
        assert self._process is not None
        self._process.send_signal(number)

    async def _listens(self) -> bool:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
        except OSError:
            return False
        writer.close()
        await writer.wait_closed()
        return True


class OwnBroker(Broker):
    """A broker whose process is the test's: it is killed, and stopped by a signal."""

    def __init__(self, proxy: Proxy, server: Server) -> None:
        super().__init__(proxy)
        self.server = server

    async def stop(self) -> None:
        await self.server.kill()
        await self.proxy.cut()

    async def start(self) -> None:
        await self.server.start()

    def freeze(self) -> None:
        self.server.tell(signal.SIGSTOP)

    def thaw(self) -> None:
        self.server.tell(signal.SIGCONT)


class Redis(OwnBroker):
    """Redis, which syncs every write to disk."""

    name = "redis"

    def url(self, **options: str) -> str:
        query = "".join(f"&{key}={value}" for key, value in options.items())
        return f"redis://127.0.0.1:{self.proxy.port}/0?stream=items{query}"

    async def messages(self) -> Sequence[Seen]:
        entries: list[Any] = []
        async with self.client() as client:
            start = b"-"
            while page := await client.xrange("items", min=start, count=10 * READ):
                entries += page
                start = b"(" + page[-1][0]
        return [_seen_entry(fields) for _, fields in entries if b"data" in fields]

    async def forget(self) -> None:
        async with self.client() as client:
            await client.delete("items")

    async def refuse(self, revision: int) -> None:
        async with self.client() as client:
            await client.xadd("items", {"source": "somebody"}, id=f"{revision}-0")

    def client(self) -> Any:
        return redis.Redis(port=self.server.port, protocol=2)


def _seen_entry(fields: Mapping[bytes, bytes]) -> Seen:
    attributes = {key.decode(): value.decode() for key, value in fields.items() if key != b"data"}
    return Seen(attributes, fields[b"data"], attributes)


class Nats(OwnBroker):
    """NATS with JetStream."""

    name = "nats"

    def url(self, **options: str) -> str:
        query = "".join(f"&{key}={value}" for key, value in options.items())
        return f"nats://127.0.0.1:{self.proxy.port}?stream=ITEMS{query}"

    async def messages(self) -> Sequence[Seen]:
        async with self.client() as client:
            jetstream = client.jetstream()
            total = (await jetstream.stream_info("ITEMS")).state.messages
            config = ConsumerConfig(deliver_policy=DeliverPolicy.ALL)
            reading = await jetstream.pull_subscribe("", stream="ITEMS", config=config)
            found: list[Seen] = []
            while len(found) < total:
                for message in await reading.fetch(READ, timeout=5):
                    found.append(_seen_message(message))
                    await message.ack()
        return found

    async def forget(self) -> None:
        async with self.client() as client:
            jetstream = client.jetstream()
            await jetstream.delete_stream("ITEMS")
            await jetstream.add_stream(StreamConfig(name="ITEMS", subjects=[SUBJECTS]))

    async def refuse(self, revision: int) -> None:  # noqa: ARG002  # only Redis tells by it
        async with self.client() as client:
            config = StreamConfig(
                name="ITEMS",
                subjects=[SUBJECTS],
                max_msg_size=LARGE,
                duplicate_window=120,
            )
            await client.jetstream().update_stream(config)

    @asynccontextmanager
    async def client(self) -> AsyncIterator[Any]:
        client = await nats.connect(f"nats://127.0.0.1:{self.server.port}")
        try:
            yield client
        finally:
            await client.close()


def _seen_message(message: Any) -> Seen:
    headers = message.headers
    attributes = {
        key.removeprefix("ce-"): value for key, value in headers.items() if key.startswith("ce-")
    }
    assert headers["Nats-Msg-Id"] == attributes["id"]
    return Seen(
        {**attributes, "datacontenttype": headers["content-type"]},
        message.data,
        headers,
        message.subject,
    )


@asynccontextmanager
async def running_redis(folder: Path) -> AsyncIterator[Redis]:
    """A Redis whose data is in *folder*."""
    port = free_port()
    flags = ("--dir", str(folder), "--appendonly", "yes", "--appendfsync", "always", "--save", "")
    async with _running(
        Server(port, redis_server() or "", "--bind", "127.0.0.1", "--port", str(port), *flags)
    ) as (proxy, server):
        yield Redis(proxy, server)


@asynccontextmanager
async def running_nats(folder: Path) -> AsyncIterator[Nats]:
    """A NATS server whose data is in *folder*."""
    port = free_port()
    flags = ("--addr", "127.0.0.1", "--port", str(port), "--jetstream", "--store_dir", str(folder))
    async with _running(Server(port, nats_server() or "", *flags)) as (proxy, server):
        yield Nats(proxy, server)


@asynccontextmanager
async def _running(server: Server) -> AsyncIterator[tuple[Proxy, Server]]:
    async with proxying(("127.0.0.1", server.port)) as proxy:
        await server.start()
        try:
            yield proxy, server
        finally:
            await server.kill()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


RUNNING = {"rabbitmq": running_rabbitmq, "redis": running_redis, "nats": running_nats}
