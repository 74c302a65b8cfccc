"""The load generator: a process of its own, so that it competes with no subject for a GIL."""

import asyncio
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context

import uvloop

from benchmarks.load.grpc_load import grpc_load
from benchmarks.load.http_load import http_load
from benchmarks.load.load import Door, Load, LoadFailed, Sample

PATIENCE = 30.0
"""Seconds that the answers may take that are outstanding when the time of a load is over."""

Generate = Callable[[Load], Sample]
"""Sends a load and returns what came of it; raises LoadFailed."""


@contextmanager
def generator() -> Iterator[Generate]:
    """A running load generator, which ends with the block."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as process:
        yield lambda load: process.submit(_generate, load).result()


def _generate(load: Load) -> Sample:
    return uvloop.run(_bounded(load))


async def _bounded(load: Load) -> Sample:
    """Send *load*, but do not wait forever for an answer."""
    try:
        async with asyncio.timeout(load.limit.seconds + PATIENCE):
            return await (http_load(load) if load.door is Door.REST else grpc_load(load))
    except OSError as error:  # a timeout is one, too
        raise LoadFailed(f"{load.address} does not answer: {error!r}") from error
