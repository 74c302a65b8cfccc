import asyncio
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta

from structlog.testing import capture_logs

from grpc_server.database.errors import StoreUnavailable
from grpc_server.history.periodic import repeating
from grpc_server.items.errors import Overloaded
from items_runtime.supervision import Supervisor

SOON, LATER = timedelta(milliseconds=1), timedelta(days=1)


def raising(errors: Iterable[Exception], done: asyncio.Event) -> Callable[[], Awaitable[int]]:
    """Work that fails with each of *errors*, and then sets *done*."""
    left = iter(errors)

    async def work() -> int:
        error = next(left, None)
        if error is not None:
            raise error
        done.set()
        return 1

    return work


async def test_work_is_done_at_the_start() -> None:
    done = asyncio.Event()
    async with repeating("test", raising([], done), LATER, Supervisor()):
        await done.wait()


async def test_work_that_fails_is_done_again_and_logged() -> None:
    done = asyncio.Event()
    errors = [StoreUnavailable("no disk"), Overloaded("busy"), ZeroDivisionError("bug")]
    with capture_logs() as logs:
        async with repeating("test", raising(errors, done), SOON, Supervisor()):
            await done.wait()
    levels = [line["log_level"] for line in logs if line["log_level"] != "debug"]
    assert levels == ["warning", "warning", "error"]


async def test_work_under_way_is_cancelled_at_the_end() -> None:
    started, ended = asyncio.Event(), asyncio.Event()

    async def work() -> int:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()
        return 0

    async with repeating("test", work, LATER, Supervisor()):
        await started.wait()
    assert ended.is_set()
