"""How long the row of the store is locked for a commit: the part of a write that is alone.

One writer, with nobody beside it and no gRPC around it: what it measures is what every
replica does while all others wait.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from itertools import count
from multiprocessing import get_context
from statistics import median
from typing import NamedTuple

from benchmarks.example import example_id, example_message
from benchmarks.scale.cost import processor_of_family, syncs_of
from benchmarks.scale.points import Held
from benchmarks.scale.store import database_of, url_of
from grpc_server.database.opening import open_store
from grpc_server.database.store import Store
from grpc_server.items.caller import Caller
from grpc_server.writes.commit_time import Moment
from grpc_server.writes.staging import Staging
from grpc_server.writes.units import Retention, SingleWrite
from items.v1 import items_pb2 as pb
from tests.postgresql import PostgresServer

SIZES = (1, 8, 64, 256, 512)
"""Creates in a commit."""

WARM_UP = 6
"""Commits before those that count: psycopg prepares what it has executed so often."""


class Turn(NamedTuple):
    """For how many seconds the row was held, and a processor used by the writer meanwhile."""

    held: float
    writer: float


def hold(database: PostgresServer, seconds: float, number: int) -> list[Held]:
    """Commit batches of each size for so many *seconds*, in a process of its own."""
    found = []
    with (
        database_of(database) as name,
        ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process,
    ):
        url = url_of(database, name)
        for size in SIZES:
            before = processor_of_family(database.pid), *syncs_of(database)
            turns = process.submit(_commit_for, url, size, seconds).result()
            after = processor_of_family(database.pid), *syncs_of(database)
            used, syncs, sync_seconds = (b - a for a, b in zip(before, after, strict=True))
            found.append(_held(turns, size, number, used, sync_seconds / max(1, syncs)))
    return found


def _held(turns: Sequence[Turn], size: int, number: int, used: float, sync: float) -> Held:
    return Held(
        round=number,
        writes=size,
        commits=len(turns),
        seconds=median(turn.held for turn in turns),
        writer=sum(turn.writer for turn in turns) / len(turns),
        database=used / len(turns),
        sync=sync,
    )


def _commit_for(url: str, size: int, seconds: float) -> list[Turn]:
    numbers = count()
    with closing(open_store(url, notify=False)) as store:
        for _ in range(WARM_UP):
            commit(store, units(size, numbers))
        turns = [commit(store, units(size, numbers))]
        end = time.perf_counter() + seconds
        while time.perf_counter() < end:
            turns.append(commit(store, units(size, numbers)))
    return turns


def units(size: int, numbers: Iterator[int]) -> list[SingleWrite]:
    """So many creates, of the items of the next *numbers*."""
    prefix = f"row-{size}"
    return [
        SingleWrite(_create(example_id(prefix, next(numbers))), Caller(), Retention())
        for _ in range(size)
    ]


def _create(item_id: str) -> pb.CreateItemRequest:
    return pb.CreateItemRequest(item=example_message(item_id))


def commit(
    store: Store, writes: Sequence[SingleWrite], on_lock: Callable[[], None] = lambda: None
) -> Turn:
    """Commit *writes* as a server does; calls *on_lock* when the row is locked."""
    with store.write() as writing:
        on_lock()
        locked, used = time.perf_counter(), time.thread_time()
        staging = Staging(writing, Moment(datetime.now(UTC)), lambda: "unused")
        staging.load((item_id for unit in writes for item_id in unit.ids()), ())
        for unit in writes:
            unit.apply(staging)
        writing.save(staging.commit())
    return Turn(time.perf_counter() - locked, time.thread_time() - used)
