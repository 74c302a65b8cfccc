"""The client for a command: it blocks, and Ctrl-C interrupts it wherever it waits."""

import asyncio
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar, Unpack

from items_cli.failure import Failure
from items_client import NEVER, ItemsClient, ItemsError
from items_client.client import Options
from items_client.errors import DeadlineExceeded, Unavailable

T = TypeVar("T")

PATIENCE = 5.0
"""Seconds within which the service must answer for the first time."""


class Session:
    """A connected client, and the event loop that it lives in."""

    def __init__(self, runner: asyncio.Runner, items: ItemsClient) -> None:
        self._runner = runner
        self.items = items

    def run(self, call: Coroutine[Any, Any, T]) -> T:
        """The result of *call*."""
        return self._runner.run(call)

    def walk(self, pages: AsyncIterator[T]) -> Iterator[T]:
        """The elements of *pages*, each fetched when it is asked for."""

        async def following() -> tuple[T, ...]:
            async for page in pages:
                return (page,)
            return ()

        while found := self.run(following()):
            yield from found


@contextmanager
def connect(target: str, **options: Unpack[Options]) -> Iterator[Session]:
    """A session with the service at *target*. Raises Failure if none answers there."""
    with asyncio.Runner() as runner:
        items = runner.run(ItemsClient(target, **options).__aenter__())
        try:
            runner.run(_greet(items, target))
            yield Session(runner, items)
        finally:
            runner.run(items.__aexit__(None, None, None))


async def _greet(items: ItemsClient, target: str) -> None:
    """Read one page, the smallest, to see that the service is there and answers."""
    try:
        await anext(items.with_options(timeout=PATIENCE, retry=NEVER).list(page_size=1).pages())
    except (Unavailable, DeadlineExceeded) as error:
        raise Failure(
            f"no item service answers at {target} ({_cause(error)}).\n"
            "Start one with `items serve`, or say where it is with --grpc or ITEMS_GRPC.",
            exit_code=2,
        ) from error
    except ItemsError as error:
        raise Failure(f"the service at {target} refuses to list items: {error}", 2) from error


def _cause(error: ItemsError) -> str:
    """The last and most telling part of what gRPC says about a failed connection."""
    if isinstance(error, DeadlineExceeded):
        return f"not within {PATIENCE:g} s"
    return error.message.rpartition(": ")[2]
