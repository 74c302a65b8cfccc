"""A clock and queues: processes of a simulation, which wait for time, resources and signals.

A process is a generator. It yields what it waits for, and is resumed when it has it.
"""

import heapq
from collections import deque
from collections.abc import Callable, Generator
from itertools import count
from typing import Protocol

Resume = Callable[[], None]


class Wait(Protocol):
    """What a process waits for."""

    def begin(self, clock: "Clock", resume: Resume) -> None:
        """Call *resume* once, when it is there."""


Process = Generator[Wait, None, None]


class Clock:
    """Simulated time, in seconds from 0."""

    def __init__(self) -> None:
        self.now = 0.0
        self._events: list[tuple[float, int, Resume]] = []
        self._order = count()

    def start(self, process: Process) -> None:
        """Begin *process* now."""
        self.call_in(0.0, lambda: self._step(process))

    def call_in(self, seconds: float, call: Resume) -> None:
        """Call when so many *seconds* have passed; calls of one moment keep their order."""
        heapq.heappush(self._events, (self.now + seconds, next(self._order), call))

    def run_until(self, end: float) -> None:
        """Let time pass until *end*."""
        while self._events and self._events[0][0] <= end:
            self.now, _, call = heapq.heappop(self._events)
            call()
        self.now = end

    def _step(self, process: Process) -> None:
        try:
            wait = next(process)
        except StopIteration:
            return
        wait.begin(self, lambda: self._step(process))


class Delay:
    """So many *seconds*."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds

    def begin(self, clock: Clock, resume: Resume) -> None:
        """Resume when they have passed."""
        clock.call_in(self._seconds, resume)


class Resource:
    """What *capacity* processes can have at a time; others wait in the order of arrival.

    Waiting for it takes it, and whoever has it must release it. *used* is for how many
    seconds it was had, by all together.
    """

    def __init__(self, clock: Clock, capacity: int) -> None:
        self._clock = clock
        self._free = capacity
        self._waiting: deque[Resume] = deque()
        self.used = 0.0

    def begin(self, clock: Clock, resume: Resume) -> None:
        """Resume when it is taken."""
        if self._free:
            self._free -= 1
            clock.call_in(0.0, resume)
        else:
            self._waiting.append(resume)

    def release(self, seconds: float) -> None:
        """Give it to the next one; it was had for so many *seconds*."""
        self.used += seconds
        if self._waiting:
            self._clock.call_in(0.0, self._waiting.popleft())
        else:
            self._free += 1


class Signal:
    """Resumes all who wait when it is raised."""

    def __init__(self) -> None:
        self.is_raised = False
        self._waiting: list[tuple[Clock, Resume]] = []

    def begin(self, clock: Clock, resume: Resume) -> None:
        """Resume when it is raised the next time."""
        self._waiting.append((clock, resume))

    def raise_(self) -> None:
        """Resume them, in the order in which they came."""
        self.is_raised = True
        waiting, self._waiting = self._waiting, []
        for clock, resume in waiting:
            clock.call_in(0.0, resume)


def work(seconds: float, at_once: float, *resources: Resource) -> Process:
    """Have all *resources* for so many *seconds*, and for *at_once* seconds at a time.

    In between, others get their turn. They are taken in this order.
    """
    left = seconds
    while left > 0:
        part = min(left, at_once)
        yield from resources
        yield Delay(part)
        for resource in reversed(resources):
            resource.release(part)
        left -= part
