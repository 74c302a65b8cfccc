"""The client of a command: its calls run on a thread, so that Ctrl-C interrupts any wait."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from threading import Thread
from typing import Any, TypeVar, Unpack

from items_cli.errors import Failure
from items_client import NEVER, ItemsClient, ItemsError
from items_client.client import Options
from items_client.errors import DeadlineExceeded, Unavailable

T = TypeVar("T")

PATIENCE = 5.0
"""The time, in seconds, within which the service must answer for the first time."""


class Session:
    """A connected client, and the event loop that it lives in, on a thread of its own."""

    def __init__(self, loop: asyncio.AbstractEventLoop, items: ItemsClient) -> None:
        self._loop = loop
        self.items = items

    def start(self, call: Coroutine[Any, Any, T]) -> Future[T]:
        """Start *call*, and return its future result."""
        return asyncio.run_coroutine_threadsafe(call, self._loop)

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """Return the result of *call*."""
        return self.start(call).result()

    def walk(self, pages: AsyncIterator[T]) -> Iterator[T]:
        """Yield the elements of *pages*, each fetched when it is needed."""

        async def following() -> tuple[T, ...]:
            async for page in pages:
                return (page,)
            return ()

        while found := self.run(following()):
            yield from found


@contextmanager
def connect(target: str, **options: Unpack[Options]) -> Iterator[Session]:
    """Yield a session with the service at *target*.

    Raises:
        Failure: no service answers there, or it refuses to list items.
    """
    with _running_loop() as loop:
        session = Session(loop, ItemsClient(target, **options))
        session.run(session.items.__aenter__())
        try:
            session.run(_greet(session.items, target))
            yield session
        finally:
            session.run(session.items.__aexit__(None, None, None))


@contextmanager
def _running_loop() -> Iterator[asyncio.AbstractEventLoop]:
    """Yield an event loop that runs on a thread until the block ends."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="calls")
    thread.start()
    try:
        yield loop
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


async def _greet(items: ItemsClient, target: str) -> None:
    """List one item, to see that the service answers."""
    try:
        await anext(items.with_options(timeout=PATIENCE, retry=NEVER).list(page_size=1).pages())
    except (Unavailable, DeadlineExceeded) as error:
        raise Failure(
            f"no item service answers at {target} ({_cause(error)}).\n"
            "Start one with `items serve`, or set its address with --grpc or ITEMS_GRPC.",
            exit_code=2,
        ) from error
    except ItemsError as error:
        raise Failure(f"the service at {target} refuses to list items: {error}", 2) from error


def _cause(error: ItemsError) -> str:
    """Return the last and most telling part of gRPC's message about a failed connection."""
    if isinstance(error, DeadlineExceeded):
        return f"not within {PATIENCE:g} s"
    return error.message.rpartition(": ")[2]
