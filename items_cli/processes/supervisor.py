"""The supervisor of the parts of the service: all of them run, or none.

It restarts nothing: that is left to systemd, to a container platform, or to the operator.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, groupby
from operator import attrgetter

from items_cli.errors import Failure
from items_cli.processes.child import Child, Part

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

STARTUP = 30.0
"""The time, in seconds, that the parts have to become ready."""

PAUSE = 0.05
"""The time, in seconds, between two probes of a part."""

DRAIN = 1.0
"""The time, in seconds, that a part has to end before what it depends on is stopped, too."""

STOP = 4.25
"""The time, in seconds, after which what still runs is killed: the parts end calls within 3 s."""


@dataclass(frozen=True, slots=True)
class Ready:
    """Every part is ready."""


@dataclass(frozen=True, slots=True)
class Late:
    """A part was not ready in time."""

    child: Child


@dataclass(frozen=True, slots=True)
class Ended:
    """A part ended by itself."""

    child: Child


@dataclass(frozen=True, slots=True)
class StopAsked:
    """The operator sent a signal to stop."""


Events = asyncio.Queue[Ready | Late | Ended | StopAsked]


async def supervise(parts: Sequence[Part], announce: Callable[[], None]) -> None:
    """Run *parts* until a signal says stop; call *announce* when all are ready.

    A part stands after those that it depends on, and is stopped before them; parts that run
    the same module are stopped together. A second signal kills all at once.

    Raises:
        Failure: a part ended by itself, was not ready in time, or had to be killed;
            nothing runs any more.
    """
    events: Events = asyncio.Queue()
    hurry = asyncio.Event()
    children: list[Child] = []
    with _signals(events, hurry):
        try:
            for part in parts:
                children.append(await Child.start(part))  # noqa: PERF401  # what runs is ended below
            async with _watched(children, events):
                await _follow(events, announce)
        finally:
            killed = await _end(children, hurry)
    if killed and not hurry.is_set():
        names = " and ".join(child.part.name for child in killed)
        raise Failure(f"{names} did not end within {STOP:g} s and had to be killed.")


@contextlib.contextmanager
def _signals(events: Events, hurry: asyncio.Event) -> Iterator[None]:
    """Turn the first signal to stop into an event, and the second into *hurry*."""
    loop = asyncio.get_running_loop()
    asked = count(1)
    numbers = [number for number in STOP_SIGNALS if not _has_nohup(number)]

    def receive() -> None:
        events.put_nowait(StopAsked()) if next(asked) == 1 else hurry.set()

    for number in numbers:
        loop.add_signal_handler(number, receive)
    try:
        yield
    finally:
        for number in numbers:
            loop.remove_signal_handler(number)


def _has_nohup(number: signal.Signals) -> bool:
    """Return whether *number* is the SIGHUP that ``nohup`` has set to be ignored."""
    return number is signal.SIGHUP and signal.getsignal(number) is signal.SIG_IGN


@contextlib.asynccontextmanager
async def _watched(children: Sequence[Child], events: Events) -> AsyncIterator[None]:
    """Report the end of each of *children*, and that all are ready, within the block."""
    tasks = [asyncio.create_task(_report_end(child, events)) for child in children]
    tasks.append(asyncio.create_task(_report_ready(children, events)))
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)


async def _report_end(child: Child, events: Events) -> None:
    await child.process.wait()
    events.put_nowait(Ended(child))


async def _report_ready(children: Sequence[Child], events: Events) -> None:
    waiting = list(children)
    try:
        async with asyncio.timeout(STARTUP):
            while waiting:
                if await waiting[0].part.is_ready():
                    waiting.pop(0)
                else:
                    await asyncio.sleep(PAUSE)
    except TimeoutError:
        events.put_nowait(Late(waiting[0]))
    else:
        events.put_nowait(Ready())


async def _follow(events: Events, announce: Callable[[], None]) -> None:
    """React to *events* until one of them is the end."""
    while True:
        match await events.get():
            case Ready():
                announce()
            case StopAsked():
                return
            case Ended(child):
                raise child.failure()
            case Late(child):
                raise Failure(f"{child.part.name} was not ready within {STARTUP:g} s.")


async def _end(children: Sequence[Child], hurry: asyncio.Event) -> list[Child]:
    """End *children*, the last ones first, and return those that had to be killed."""
    hurried = asyncio.create_task(hurry.wait())
    end = time.monotonic() + STOP
    for _, alike in groupby(reversed(children), key=attrgetter("part.module")):
        ending = list(alike)
        for child in ending:
            child.tell(signal.SIGTERM)
        await asyncio.gather(*(child.gone(DRAIN, or_else=hurried) for child in ending))
    for child in children:
        await child.gone(end - time.monotonic(), or_else=hurried)
    stuck = [child for child in children if not child.ended]
    for child in stuck:
        child.tell(signal.SIGKILL)
        await child.process.wait()
    for child in children:
        child.tie.close()
    hurried.cancel()
    return stuck
