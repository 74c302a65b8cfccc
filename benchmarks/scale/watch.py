"""How long it takes from a commit on one replica until watchers on others are told."""

import asyncio
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import uvloop

from benchmarks.load.watch_load import Heard, Writing, watch, write
from items_runtime.garbage import settle

HEAD_START = 1.5
"""Seconds that the watchers have to begin before the first write."""


class Delivered(NamedTuple):
    """Seconds from the begin of a commit to its arrival at a watcher, of all deliveries."""

    p50: float
    p99: float
    deliveries: int

    @classmethod
    def of(cls, latencies: Iterable[float]) -> "Delivered":
        """The figures of at least one delivery."""
        ordered = sorted(latencies)
        count = len(ordered)
        return cls(ordered[count // 2], ordered[count * 99 // 100], count)


def deliver(addresses: Sequence[str], watchers: int, writing: Writing) -> Delivered:
    """Write to the first of *addresses*, while so many *watchers* follow the others.

    If there is only one, they follow that. Every stream is checked for gaps.
    """
    followed = addresses[1:] or addresses
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        heard: Future[list[float]] = pool.submit(_watch, followed, watchers, writing.changes)
        time.sleep(HEAD_START)
        pool.submit(_write, addresses[0], writing).result()
        return Delivered.of(heard.result())


def _watch(addresses: Sequence[str], watchers: int, changes: int) -> list[float]:
    settle()
    return uvloop.run(_watch_all(addresses, watchers, changes))


async def _watch_all(addresses: Sequence[str], watchers: int, changes: int) -> list[float]:
    shares = [watchers // len(addresses)] * len(addresses)
    shares[0] += watchers % len(addresses)
    pairs = zip(addresses, shares, strict=True)
    streams = (watch(address, share, changes) for address, share in pairs)
    found: list[list[Heard]] = await asyncio.gather(*streams)
    return [latency for heard in found for one in heard for latency in one.latencies]


def _write(address: str, writing: Writing) -> float:
    return uvloop.run(write(address, writing))
