"""Writers, watchers, a relay and brokers, all at once, over a server that is killed, too."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from google.protobuf import json_format

from items.v1 import items_pb2 as pb
from items_client import ItemsClient, RetryPolicy
from tests.crash.checker import complaints as about_calls
from tests.crash.feed.checker import Published, about_broker
from tests.crash.feed.table import Table, read_table
from tests.crash.feed.victims import ProcessVictim, ReachedServer, Victim, torment
from tests.crash.feed.views import View
from tests.crash.feed.watcher import Watcher
from tests.crash.feed.writer import Writer
from tests.crash.history import read_stored
from tests.items_events.broker import Broker, Seen
from tests.items_events.relaying import Sinks, caught_up, eventually
from tests.processes import RelayProcess, ServerProcess

WRITERS = ("ada", "bob", "cyd")
PATIENCE = 60.0
STUBBORN = RetryPolicy(attempts=1000, first_delay=0.05, longest_delay=0.3)
EARLY = 25
"""Calls that each writer makes before anybody watches."""

EXPECTED = {"publishing failed", "sink not acquired"}
"""What a relay complains of when others are killed."""


def of_writer(name: str, *, previous: bool = False) -> View:
    """The items that *name* was the last to write."""
    return View(f'name = "{name}-*"', lambda item: item.name.startswith(f"{name}-"), previous)


class Campaign:
    """A store in *folder*, and who follows it: three watchers, and a relay to *brokers*."""

    def __init__(self, folder: Path, brokers: Sequence[Broker], random: Random) -> None:
        self._brokers = brokers
        self._random = random
        self._folder = folder
        self._server = ProcessVictim(lambda: ServerProcess(folder, watch_bookmark_interval="1"))
        self._relay = ProcessVictim(self._begin_relay)
        self._writers = [Writer(name, self._fork()) for name in WRITERS]
        self.watchers = (
            Watcher("everything", View()),
            Watcher("filtered", of_writer("ada", previous=True)),
            Watcher("snapshot", of_writer("bob"), snapshot=True),
        )

    async def run(self, kills: Mapping[str, int]) -> list[str]:
        """Kill each as often as *kills* says, and wait until all is told: what is wrong then."""
        with self._server, self._relay:
            await self._server.start()
            async with ItemsClient(self._address, timeout=PATIENCE, retry=STUBBORN) as items:
                await asyncio.gather(*(writer.write(items, EARLY) for writer in self._writers))
                await self._relay.start()
                async with self._watched(items):
                    await self._torment(items, kills)
                    unsettled = await self._settle(items)
                return [*unsettled, *await self._parked(items), *await self._complaints()]

    @property
    def _address(self) -> str:
        return f"unix:{self._folder}/grpc.sock"

    def _begin_relay(self) -> RelayProcess:
        urls = (broker.url() for broker in self._brokers)
        return RelayProcess(self._address, *urls, events_lease="1")

    def _fork(self) -> Random:
        """Randomness of its own, so that who runs beside it changes nothing."""
        return Random(self._random.getrandbits(64))  # noqa: S311  # to be repeated, not secret

    @asynccontextmanager
    async def _watched(self, items: ItemsClient) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:
            following = [tasks.create_task(watcher.follow(items)) for watcher in self.watchers]
            yield
            for task in following:
                task.cancel()

    async def _torment(self, items: ItemsClient, kills: Mapping[str, int]) -> None:
        """Kill whoever can be killed, while the writers write."""
        victims: dict[str, Victim] = {broker.name: broker for broker in self._brokers}
        victims |= {"server": ReachedServer(self._server, items), "relay": self._relay}
        end = asyncio.Event()
        async with asyncio.TaskGroup() as writing:
            for writer in self._writers:
                writing.create_task(writer.write_until(end, items))
            async with asyncio.TaskGroup() as killing:
                for name, times in kills.items():
                    killing.create_task(torment(victims[name], times, self._fork()))
            end.set()

    async def _settle(self, items: ItemsClient) -> list[str]:
        """Wait until everybody is told everything; complain if that takes too long."""
        try:
            async with asyncio.timeout(PATIENCE):
                await self._wait_until_told(items)
        except TimeoutError:
            return [f"not everybody was told everything within {PATIENCE:g} s"]
        return []

    async def _wait_until_told(self, items: ItemsClient) -> None:
        newest = (await Sinks(items).list()).revision

        async def is_told() -> bool:
            return all(watcher.revision == newest for watcher in self.watchers)

        await eventually(is_told)
        for broker in self._brokers:
            await caught_up(items, broker.url())

    async def _parked(self, items: ItemsClient) -> list[str]:
        return [
            f"{broker.name} refused {event.revision}-{event.ordinal}: {event.why}"
            for broker in self._brokers
            for event in await Sinks(items).parked(broker.url())
        ]

    async def _complaints(self) -> list[str]:
        path = self._folder / "items.db"
        calls = [call for writer in self._writers for call in writer.calls]
        table = read_table(path)
        return [
            *about_calls(calls, read_stored(path)),
            *(complaint for watcher in self.watchers for complaint in watcher.complaints(table)),
            *[each for broker in self._brokers for each in await _about(broker, table)],
            *self._server.faults,
            *_unexpected(self._relay.log),
        ]


async def _about(broker: Broker, table: Table) -> list[str]:
    published = [_published(seen) for seen in await broker.messages()]
    times = Counter(event.id for event in published)
    print(  # noqa: T201  # pytest shows it when the test fails
        f"{broker.name}: {len(published)} messages of {len(times)} changes"
    )
    return [f"{broker.name}: {complaint}" for complaint in about_broker(published, table)]


def _published(seen: Seen) -> Published:
    item = json_format.Parse(seen.data, pb.Item())
    return Published(seen.id, seen.attributes["type"], seen.attributes["subject"], item)


def _unexpected(log: Iterator[str]) -> Iterator[str]:
    """The lines of a relay that tell of more than the loss of others."""
    for line in log:
        told = json.loads(line) if line.startswith("{") else {"level": "error", "event": line}
        if told["level"] not in {"debug", "info"} and told["event"] not in EXPECTED:
            yield line
