"""Supervision: a long-lived task that fails starts again, and is never missed in silence."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from items_runtime.backoff import Backoff

FIRST_PAUSE: Final = 0.1
"""Seconds until a task that failed starts again; doubled with each failure that follows."""

LONGEST_PAUSE: Final = 10.0
"""Seconds between two attempts at most."""

_BACKOFF: Final = Backoff(FIRST_PAUSE, LONGEST_PAUSE, jitter=0)

STEADY: Final = 30.0
"""Seconds that a task has to run for its earlier failures to be forgotten."""

TOO_MANY: Final = 5
"""With so many failures in a row, a task does not work any more."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0


class Supervisor:
    """Starts tasks that should never end, and starts them again when they do.

    *failed* is told of each failure, with the name of the task. *pause* waits.
    """

    def __init__(
        self,
        failed: Callable[[str], None] = lambda _: None,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._failed = failed
        self._pause = pause
        self._clock = clock
        self._failures: dict[str, _Failures] = {}

    @property
    def failing(self) -> tuple[str, ...]:
        """The tasks that fail again and again."""
        lately = self._clock() - STEADY
        return tuple(
            name
            for name, failures in self._failures.items()
            if failures.count >= TOO_MANY and failures.last > lately
        )

    def start(self, name: str, work: Callable[[], Awaitable[object]]) -> "asyncio.Task[None]":
        """Do *work* in a task called *name*, until that is cancelled."""
        self._failures[name] = _Failures()
        return asyncio.create_task(self._keep_running(name, work), name=name)

    async def _keep_running(self, name: str, work: Callable[[], Awaitable[object]]) -> None:
        failures = self._failures[name]
        while True:
            began = self._clock()
            try:
                await work()
            except Exception as error:  # noqa: BLE001  # whatever it is, the task is needed
                _log.error("a task failed, and starts again", task=name, exc_info=error)
            else:
                _log.error("a task ended, and starts again", task=name)
            failures.last = self._clock()
            failures.count = 1 if failures.last - began > STEADY else failures.count + 1
            self._failed(name)
            await self._pause(_BACKOFF.pause(failures.count))


async def end(*tasks: "asyncio.Task[None]") -> None:
    """Cancel *tasks*, and wait until they have ended."""
    for task in tasks:
        task.cancel()
    if tasks:
        await asyncio.wait(tasks)
