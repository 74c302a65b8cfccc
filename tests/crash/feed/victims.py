"""Processes that are killed at random moments, and started again."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from types import TracebackType
from typing import Protocol, Self

from items_client import ItemsClient
from tests.processes import ServiceProcess

LIFE = (0.1, 2.5)
"""Seconds that a victim lives at least and at most when it has begun to serve."""

DEATH = (0.0, 1.0)
"""Seconds until it is started again."""


class Victim(Protocol):
    """What is killed; a broker that cannot be is cut off."""

    async def start(self) -> None:
        """Return when it serves again."""

    async def stop(self) -> None:
        """End it so that it cannot notice."""


class ProcessVictim:
    """A process that *begin* starts, again and again; killed with the block."""

    def __init__(self, begin: Callable[[], ServiceProcess]) -> None:
        self._begin = begin
        self._lives: list[ServiceProcess] = []

    async def start(self) -> None:
        """Return when it serves."""
        self._lives.append(self._begin())
        await asyncio.to_thread(self._lives[-1].wait_until_serving)

    async def stop(self) -> None:
        """Send SIGKILL to the one that lives."""
        living = self._lives[-1]
        assert living.is_running, "\n".join(("it has ended of itself:", *living.log))
        await asyncio.to_thread(living.kill)

    @property
    def log(self) -> Iterator[str]:
        """The lines of each process that there was."""
        return (line for process in self._lives for line in process.log)

    @property
    def faults(self) -> Iterator[str]:
        """Those that tell of a fault."""
        return (line for process in self._lives for line in process.faults())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        for process in self._lives[-1:]:
            process.kill()


@dataclass(frozen=True, slots=True)
class ReachedServer:
    """The *server*, which serves only when *items* has reached it, after all its waiting.

    Otherwise it could be killed again and again before anybody uses it.
    """

    server: ProcessVictim
    items: ItemsClient

    async def start(self) -> None:
        """Return when it has given an answer."""
        await self.server.start()
        await self.items.batch_get(["anything"])

    async def stop(self) -> None:
        """Send SIGKILL."""
        await self.server.stop()


async def torment(victim: Victim, times: int, random: Random) -> None:
    """Kill *victim* so many times, at random moments; it lives in the end."""
    for _ in range(times):
        await asyncio.sleep(random.uniform(*LIFE))
        await victim.stop()
        await asyncio.sleep(random.uniform(*DEATH))
        await victim.start()
