"""How fast the feed is: `python -m benchmarks.feed [--seconds N]`.

Live: so many changes a second, told to so many watchers. A change counts from when its
commit began, so that the time includes the commit itself. Catch-up: one watcher reads
all changes from the disk of a server that was started anew.
"""

import argparse
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import chain
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

import uvloop

from benchmarks.load.watch_load import Writing, watch, write
from benchmarks.servers.process import Server, free_address, running
from items_runtime.garbage import settle

HEAD_START = 2.0
"""Seconds that the watchers have to begin before the first write."""

AMPLE = 1_000_000
"""Changes a second: more than can be written."""

FILL_BATCH = 200


class Live(NamedTuple):
    """How long it took from a commit to its watchers, in milliseconds."""

    deliveries: int
    changes_per_second: float
    changes_per_message: float
    p50: float
    p99: float
    longest: float


class Watched(NamedTuple):
    """How long all watchers waited for each change, in order, and for how many messages."""

    latencies: "array[float]"
    messages: int


def main() -> int:
    """Measure, print the figures, and fail if the goals are missed that were asked for."""
    options = _options()
    writing = Writing(options.rate, options.seconds, options.batch)
    with tempfile.TemporaryDirectory(prefix="items-feed-", dir=options.folder) as folder:
        with server(Path(folder)) as live_server:
            live = measure_live(live_server.address, writing, options.watchers)
            _fill(live_server.address, writing.changes, options.catch_up)
        print(_describe(live, options.watchers))
        with server(Path(folder)) as new_server:
            rate = measure_catch_up(new_server.address, options.catch_up)
    print(f"catch-up: {rate:,.0f} changes/s of {options.catch_up:,}")
    return int(live.p99 > options.p99 or rate < options.catch_up_rate)


def measure_live(address: str, writing: Writing, watchers: int) -> Live:
    """Write, while so many *watchers* follow."""
    with _pool(2) as pool:
        watched: Future[Watched] = pool.submit(_watch, address, watchers, writing.changes)
        time.sleep(HEAD_START)
        seconds = pool.submit(_write, address, writing).result()
        latencies, messages = watched.result()
    return Live(
        len(latencies),
        writing.changes / seconds,
        len(latencies) / messages,
        *(1000 * latencies[int((len(latencies) - 1) * part)] for part in (0.5, 0.99, 1.0)),
    )


def measure_catch_up(address: str, changes: int) -> float:
    """How many changes a second one watcher reads from the first one on."""
    with _pool(1) as pool:
        pool.submit(_watch, address, 1, 1, 0).result()  # to warm up
        started = time.perf_counter()
        pool.submit(_watch, address, 1, changes, 0).result()
        return changes / (time.perf_counter() - started)


@contextmanager
def server(folder: Path) -> Iterator[Server]:
    """The gRPC server over the store in *folder*."""
    address = free_address()
    store = f"sqlite:///{folder / 'items.db'}"
    command = ["grpc_server", "--store", store, "--grpc", address]
    with running("gRPC server", command, address, folder) as started:
        yield started


def _fill(address: str, there: int, wanted: int) -> None:
    """Make as many changes as there are too few."""
    missing = max(0, wanted - there)
    if missing:
        with _pool(1) as pool:
            writing = Writing(AMPLE, missing / AMPLE, FILL_BATCH)
            pool.submit(_write, address, writing, there).result()


@contextmanager
def _pool(size: int) -> Iterator[ProcessPoolExecutor]:
    with ProcessPoolExecutor(size, mp_context=get_context("spawn")) as pool:
        yield pool


def _watch(address: str, watchers: int, changes: int, start: int | None = None) -> Watched:
    settle()
    heard = uvloop.run(watch(address, watchers, changes, start))
    latencies = array("d", sorted(chain.from_iterable(one.latencies for one in heard)))
    return Watched(latencies, sum(len(one.arrivals) for one in heard))


def _write(address: str, writing: Writing, first: int = 0) -> float:
    return uvloop.run(write(address, writing, first))


def _describe(live: Live, watchers: int) -> str:
    return (
        f"live: {live.changes_per_second:,.0f} changes/s to {watchers} watchers,"
        f" {live.deliveries:,} deliveries, {live.changes_per_message:.1f} a message:"
        f" p50 {live.p50:.1f} ms, p99 {live.p99:.1f} ms, longest {live.longest:.1f} ms"
    )


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.feed", description=__doc__)
    add = parser.add_argument
    add("--seconds", type=float, default=30.0, help="how long is written (%(default)s)")
    add("--rate", type=int, default=1000, help="changes a second (%(default)s)")
    add("--batch", type=int, default=10, help="writes in a call (%(default)s)")
    add("--watchers", type=int, default=100, help="how many watch (%(default)s)")
    add("--catch-up", type=int, default=100_000, help="changes to catch up (%(default)s)")
    add("--p99", type=float, default=10.0, help="fail above so many ms (%(default)s)")
    add(
        "--catch-up-rate",
        type=float,
        default=50_000.0,
        help="fail below so many changes a second (%(default)s)",
    )
    add("--folder", type=Path, help="where the store is kept (with the temporary files)")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
