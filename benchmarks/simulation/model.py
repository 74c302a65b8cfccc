"""The model of the write path: callers, a writer for each replica, and one row for all.

While a writer waits for the row, or holds it, the calls that come gather for its next
commit. What takes a processor queues for one of them, and in a server for Python's lock
too, which its event loop and its writer take in turns.
"""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from benchmarks.simulation.queue import Clock, Delay, Process, Resource, Signal, work
from grpc_server.writes.write_queue import MAX_BATCH

SLICE = 0.0002
"""Seconds for which a processor is had before another one gets its turn."""

WARM_UP = 0.5
"""Seconds of simulated time before those that count."""

ENOUGH = 1_000_000
"""More than are ever used at a time."""

TRIPS_BEFORE = 1.5
"""Round trips to the database until the row is locked: BEGIN, and half of the SELECT."""

TRIPS_HELD = 6
"""Round trips while the row is locked; a test counts them."""

TRIPS_AFTER = 0.5
"""The way back of the answer to COMMIT."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """Seconds that each step takes: of a processor, but for *sync*, which is the disk's.

    `..._call` is for each call, `..._commit` for each commit, `..._write` for each write.
    *held* is what the writer does while it has the row, *follow* what each replica does to
    hear of a commit if there are several.
    """

    load_call: float = 0.0
    load_commit: float = 0.0
    server_call: float = 0.0
    server_commit: float = 0.0
    held_commit: float = 0.0
    held_write: float = 0.0
    database_commit: float = 0.0
    database_write: float = 0.0
    follow_commit: float = 0.0
    follow_write: float = 0.0
    follow_database_commit: float = 0.0
    follow_database_write: float = 0.0
    sync: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Where it runs.

    *processors* are shared by all, the load too; None: each part has as many as it can use.
    *busy* of them are used by others. *round_trip* is between servers and database, and
    *trips_held* how many of them there are while the row is locked.
    """

    replicas: int = 1
    callers: int = 1
    writes: int = 1
    processors: int | None = None
    busy: float = 0.0
    round_trip: float = 0.0
    trips_held: float = TRIPS_HELD


class Outcome(NamedTuple):
    """What came of it: writes a second, writes in a commit, the latency of calls in seconds.

    *row* is the part of the time in which the row was held, *servers* in which each server's
    Python lock was; *database* is how many processors PostgreSQL used.
    """

    writes: float
    batch: float
    p50: float
    p99: float
    row: float
    servers: tuple[float, ...]
    database: float


def simulate(costs: Costs, world: World, seconds: float = 4.0) -> Outcome:
    """Let callers call for so many *seconds* of simulated time."""
    model = _Model(costs, world)
    model.clock.run_until(WARM_UP)
    model.forget()
    model.clock.run_until(WARM_UP + seconds)
    return model.outcome(seconds)


class _Replica:
    """A server: its event loop, its writer, and Python's lock between them."""

    def __init__(self, clock: Clock) -> None:
        self.loop = Resource(clock, 1)
        self.python = Resource(clock, 1)
        self.queue: deque[Signal] = deque()
        self.called = Signal()
        self.behind = deque[int]()
        self.told = Signal()


class _Model:
    def __init__(self, costs: Costs, world: World) -> None:
        self.clock = Clock()
        self._costs = costs
        self._world = world
        shared = world.processors
        self._processors = Resource(self.clock, shared or ENOUGH)
        self._load = Resource(self.clock, 1 if shared else ENOUGH)
        self._database = Resource(self.clock, ENOUGH)
        self._row = Resource(self.clock, 1)
        self._replicas = [_Replica(self.clock) for _ in range(world.replicas)]
        self.forget()
        for number in range(world.callers):
            self.clock.start(self._caller(self._replicas[number % world.replicas]))
        for replica in self._replicas:
            self.clock.start(self._writer(replica))
            self.clock.start(self._follower(replica))
        for _ in range(2):
            self.clock.start(self._others())

    def forget(self) -> None:
        """Begin to count."""
        self._latencies: list[float] = []
        self._commits = 0
        self._writes = 0
        for resource in (self._row, self._database, *(each.python for each in self._replicas)):
            resource.used = 0.0

    def outcome(self, seconds: float) -> Outcome:
        """What has been counted."""
        ordered = sorted(self._latencies) or [0.0]
        return Outcome(
            self._writes / seconds,
            self._writes / max(1, self._commits),
            ordered[len(ordered) // 2],
            ordered[len(ordered) * 99 // 100],
            self._row.used / seconds,
            tuple(replica.python.used / seconds for replica in self._replicas),
            self._database.used / seconds,
        )

    def _caller(self, replica: _Replica) -> Process:
        costs = self._costs
        while True:
            sent = self.clock.now
            yield from self._work(costs.load_call / 2, self._load)
            yield from self._serve(replica, costs.server_call / 2)
            answered = Signal()
            replica.queue.append(answered)
            replica.called.raise_()
            yield answered
            yield from self._serve(replica, costs.server_call / 2)
            yield from self._work(costs.load_call / 2, self._load)
            self._latencies.append(self.clock.now - sent)

    def _writer(self, replica: _Replica) -> Process:
        while True:
            while not replica.queue:
                yield replica.called
            batch = list(self._next_batch(replica))
            yield from self._serve(replica, self._costs.server_commit)
            yield Delay(TRIPS_BEFORE * self._world.round_trip)
            yield self._row
            locked = self.clock.now
            yield from self._commit(replica, len(batch) * self._world.writes)
            self._row.release(self.clock.now - locked)
            self._tell(len(batch) * self._world.writes)
            yield Delay(TRIPS_AFTER * self._world.round_trip)
            yield from self._work(self._costs.load_commit, self._load)
            for answered in batch:
                answered.raise_()

    def _next_batch(self, replica: _Replica) -> Iterator[Signal]:
        most = max(1, MAX_BATCH // self._world.writes)
        for _ in range(min(most, len(replica.queue))):
            yield replica.queue.popleft()

    def _commit(self, replica: _Replica, writes: int) -> Process:
        """What is done while the row is held.

        The writer sends the rows one after the other, and the database takes each while the
        next one is made.
        """
        costs = self._costs
        yield from self._work(costs.held_commit, replica.python)
        yield Delay(self._world.trips_held * self._world.round_trip)
        taken = Signal()
        self.clock.start(self._take(writes, taken))
        yield from self._work(costs.held_write * writes, replica.python)
        if not taken.is_raised:
            yield taken
        yield Delay(costs.sync)

    def _take(self, writes: int, taken: Signal) -> Process:
        """What the database does for a commit."""
        costs = self._costs
        in_all = costs.database_commit + costs.database_write * writes
        yield from self._work(in_all, self._database)
        taken.raise_()

    def _tell(self, writes: int) -> None:
        self._commits += 1
        self._writes += writes
        if len(self._replicas) > 1:
            for replica in self._replicas:
                replica.behind.append(writes)
                replica.told.raise_()

    def _follower(self, replica: _Replica) -> Process:
        """Read what was committed, all of it at once if several commits wait."""
        costs = self._costs
        while True:
            while not replica.behind:
                yield replica.told
            writes = sum(replica.behind)
            replica.behind.clear()
            read = costs.follow_database_commit + costs.follow_database_write * writes
            yield from self._work(read, self._database)
            yield from self._serve(replica, costs.follow_commit + costs.follow_write * writes)

    def _others(self) -> Process:
        """Use processors that somebody else needs, half of what both processes do."""
        share = self._world.busy / 2
        turns = 0
        while share:
            yield from self._work(4 * SLICE)
            turns += 1
            yield Delay(max(0.0, turns * 4 * SLICE / share - self.clock.now))

    def _serve(self, replica: _Replica, seconds: float) -> Process:
        """Work in the event loop of *replica*."""
        yield replica.loop
        yield from self._work(seconds, replica.python)
        replica.loop.release(seconds)

    def _work(self, seconds: float, *resources: Resource) -> Process:
        """Work on any processor, with *resources*."""
        yield from work(seconds, SLICE, *resources, self._processors)
