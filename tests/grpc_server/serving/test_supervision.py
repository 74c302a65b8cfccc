"""Every long-lived task of a server may fail: the server goes on, or says that it does not."""

import asyncio
from collections.abc import Awaitable, Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest
from grpc import aio
from grpc_health.v1 import health_pb2, health_pb2_grpc

from grpc_server.main import serving
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import DIALECTS
from tests.grpc_server.feed.recording import watching
from tests.grpc_server.feed.writing import create
from tests.servers import server_settings

PASSING = ("rpc_task", "HandleExceptions", "reader", "writer")
"""Tasks of calls, and of what waits to be read or written: they end when it is done."""

OF_GRPC = ("Task-", "calls of ")
"""Tasks that wait for the core of gRPC, which counts on them; `LastingServer` does, too."""

TAKING_CALLS = {"AioServer._server_main_loop"}
IN_PAIRS = {"sqlite": set[str](), "postgresql": {"listen", "ring", "follow"}}
EXPECTED = {"sweeper", "compactor", "readiness", "guard"}


qualname = attrgetter("__qualname__")


class Thrown(Exception):
    """What is thrown into a task."""


def long_lived(before: set["asyncio.Task[Any]"]) -> dict[str, "asyncio.Task[Any]"]:
    """The tasks of the server, by name, that never end by themselves."""
    named = {task.get_name(): task for task in asyncio.all_tasks() - before}
    return {name: task for name, task in named.items() if not name.startswith(PASSING + OF_GRPC)}


async def throw_into(task: "asyncio.Task[Any]") -> None:
    """Let what *task* waits for fail."""
    while True:
        awaited: Any = task._fut_waiter  # type: ignore[attr-defined]  # there is no other way in
        if awaited is not None and not awaited.done():
            awaited.set_exception(Thrown())
            return
        await asyncio.sleep(0)


async def eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    """Return when it *holds*."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110  # what another process would see
            await asyncio.sleep(0.02)


@pytest.fixture(params=DIALECTS)
def dialect(request: pytest.FixtureRequest) -> str:
    """The database that stores are made in."""
    return str(request.param)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def unnamed(before: set["asyncio.Task[Any]"]) -> set[str]:
    """What the tasks without a name are for."""
    tasks = asyncio.all_tasks() - before
    return {qualname(task.get_coro()) for task in tasks if task.get_name().startswith("Task-")}


async def test_a_task_that_fails_leaves_a_server_that_delivers(folder: Path, dialect: str) -> None:
    before = asyncio.all_tasks()
    settings = server_settings(folder, history_max_revisions=1000)
    other = server_settings(folder, store=settings.store, grpc=f"unix:{folder}/other.sock")
    async with serving(settings) as address, aio.insecure_channel(address) as channel:
        items, health = ItemServiceStub(channel), health_pb2_grpc.HealthStub(channel)
        names = set(long_lived(before))
        assert unnamed(before) == TAKING_CALLS
        assert names == EXPECTED | IN_PAIRS[dialect]
        for number, name in enumerate(sorted(names)):
            await throw_into(long_lived(before)[name])
            await asyncio.sleep(0)

            async def serves() -> bool:
                request = health_pb2.HealthCheckRequest()
                answer = await health.Check(request, wait_for_ready=True, timeout=5)
                return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

            await eventually(serves)
            async with watching(items) as watch:
                await watch.reach(await create(items, f"own-{number}"))
                if dialect == "postgresql":
                    async with (
                        serving(other) as there,
                        aio.insecure_channel(there) as across,
                    ):
                        revision = await create(ItemServiceStub(across), f"other-{number}")
                        await watch.reach(revision)
        assert set(long_lived(before)) == names
