"""Looks at the connections that a store opens, and at what it asks them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event


@contextmanager
def _listening(name: str, heard: Callable[..., None]) -> Iterator[None]:
    event.listen(Engine, name, heard)
    try:
        yield
    finally:
        event.remove(Engine, name, heard)


@contextmanager
def connections_opened(*pragmas: str) -> Iterator[list[Any]]:
    """Collect the driver's connections that are opened in the block, each with *pragmas* set."""
    opened: list[Any] = []

    def heard(connection: Any, _record: object) -> None:
        opened.append(connection)
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    with _listening("connect", heard):
        yield opened


@contextmanager
def statements_sent() -> Iterator[list[tuple[str, Any]]]:
    """Collect the statements, and their parameters, that are sent in the block."""
    sent: list[tuple[str, Any]] = []

    def heard(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        sent.append((statement, parameters))

    with _listening("before_cursor_execute", heard):
        yield sent
