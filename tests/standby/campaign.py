"""Writers and watchers at two gRPC servers, over a database whose primary is killed."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random

from items_client import ItemsClient, RetryPolicy
from tests.crash.checker import complaints as about_calls
from tests.crash.facts import Call, Stored
from tests.crash.feed.views import View
from tests.crash.feed.watcher import Watcher
from tests.crash.feed.writer import Writer
from tests.items_events.relaying import Sinks, eventually
from tests.processes import ServerProcess
from tests.standby.stored import read_stored, read_table
from tests.standby.three import Three

WRITERS = ("calm", "ada", "bob", "cyd", "dan")
"""The first writes between the kills, the others all the time."""

PATIENCE = 60.0
STUBBORN = RetryPolicy(attempts=1000, first_delay=0.05, longest_delay=0.3)

CALM = (0.2, 1.5)
"""Seconds between two failures."""


class Campaign:
    """Who writes and watches, while the primary of *three* is killed."""

    def __init__(self, folder: Path, three: Three, random: Random) -> None:
        self._three = three
        self._random = random
        self._folder = folder
        self._first, *self._busy = (Writer(name, self._fork()) for name in WRITERS)
        self._processes: list[ServerProcess] = []
        self.watchers = (
            Watcher("first", View()),
            Watcher("second", View()),
            Watcher("snapshot", View(), snapshot=True),
        )

    async def run(self, kills: int) -> list[str]:
        """Kill the primary so often, and wait until all is told: what is wrong then."""
        async with self._served() as clients:
            async with self._watched(clients):
                await self._torment(clients, kills)
                unsettled = await self._settle(clients)
            return [*unsettled, *self._complaints()]

    @property
    def interruptions(self) -> int:
        """How many transactions the servers had to try again."""
        lines = (line for process in self._processes for line in process.log)
        return sum("a transaction was broken off" in line for line in lines)

    @property
    def calls(self) -> Sequence[Call]:
        """What the writers were told."""
        return [call for writer in (self._first, *self._busy) for call in writer.calls]

    def _fork(self) -> Random:
        """Randomness of its own, so that who runs beside it changes nothing."""
        return Random(self._random.getrandbits(64))  # noqa: S311  # to be repeated, not secret

    @asynccontextmanager
    async def _served(self) -> AsyncIterator[Sequence[ItemsClient]]:
        """A client of each of two servers, which are processes of their own."""
        async with AsyncExitStack() as running:
            for name in ("left", "right"):
                (folder := self._folder / name).mkdir()
                process = ServerProcess(folder, store=self._three.url, store_timeout="3")
                self._processes.append(running.enter_context(process))
                await asyncio.to_thread(process.wait_until_serving)
            yield [await self._client(running, each.address) for each in self._processes]

    async def _client(self, running: AsyncExitStack, address: str) -> ItemsClient:
        client = ItemsClient(address, timeout=PATIENCE, retry=STUBBORN)
        return await running.enter_async_context(client)

    @asynccontextmanager
    async def _watched(self, clients: Sequence[ItemsClient]) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            following = [
                tasks.create_task(watcher.follow(clients[number % len(clients)]))
                for number, watcher in enumerate(self.watchers)
            ]
            yield
            for task in following:
                task.cancel()

    async def _torment(self, clients: Sequence[ItemsClient], kills: int) -> None:
        """Kill the primary again and again, while the writers write."""
        end = asyncio.Event()
        async with asyncio.TaskGroup() as writing:
            for number, writer in enumerate(self._busy):
                client = clients[number % len(clients)]
                writing.create_task(writer.write_until(end, client))
            for _ in range(kills):
                await self._calm(clients)
                await asyncio.to_thread(self._fail_over)
            await self._calm(clients)
            end.set()

    async def _calm(self, clients: Sequence[ItemsClient]) -> None:
        """Wait until both servers write again, and a while."""
        for client in clients:
            await self._first.write(client, 1)
        await asyncio.sleep(self._random.uniform(*CALM))

    def _fail_over(self) -> None:
        self._three.kill_primary()
        self._three.promote_the_newest()
        self._three.bring_back()

    async def _settle(self, clients: Sequence[ItemsClient]) -> list[str]:
        """Wait until everybody is told everything; complain if that takes too long."""
        newest = (await Sinks(clients[0]).list()).revision

        async def is_told() -> bool:
            return all(watcher.revision >= newest for watcher in self.watchers)

        try:
            await eventually(is_told)
        except TimeoutError:
            told = [watcher.revision for watcher in self.watchers]
            return [f"of {newest} revisions, the watchers were told {told}"]
        return []

    def _complaints(self) -> list[str]:
        table, stored = read_table(self._three.writable), read_stored(self._three.writable)
        watched = (each for watcher in self.watchers for each in watcher.complaints(table))
        return [
            *about_calls(self.calls, stored),
            *(complaint for complaint in watched if not complaint.endswith(steps(stored))),
            *(line for process in self._processes for line in process.log if is_fault(line)),
        ]


def steps(stored: Stored) -> tuple[str, ...]:
    """What is said of a watch that goes over what failovers have left out, as it should."""
    return tuple(
        f": not reliable: after revision {first - 1}, {first} to {last} was not told"
        for first, last in stored.left_out
    )


def is_fault(line: str) -> bool:
    """Whether a server says that it has a fault, and not that the database has one."""
    return not line.startswith("{") or json.loads(line)["event"] == "fault"
