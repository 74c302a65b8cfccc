"""Server-sent events, read as a browser reads them (HTML, 9.2.6)."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Self

import httpx

WATCH = "/v1/items:watch"


@dataclass(frozen=True, slots=True)
class Event:
    """*last_id* is what a browser would send as `Last-Event-ID` after it."""

    name: str
    data: Any
    last_id: str


class EventSource:
    """The events of a response, and what else stood in its stream."""

    def __init__(self, response: httpx.Response, last_id: str = "") -> None:
        self.response = response
        self.last_id = last_id
        self.retries: list[str] = []
        self.comments = 0
        self._lines = response.aiter_lines()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Event:
        """The next event.

        Raises:
            StopAsyncIteration: the stream has ended; what was begun is dropped.
        """
        name, data = "message", list[str]()
        while True:
            line = await anext(self._lines)
            field, _, value = line.partition(":")
            if not line and data:
                return Event(name, json.loads("\n".join(data)), self.last_id)
            if line and not field:
                self.comments += 1
            name = self._take(field, value.removeprefix(" "), data) or name

    async def heartbeats(self, count: int) -> None:
        """Wait until there were so many more comments; there may be no event before them."""
        until = self.comments + count
        while self.comments < until:
            self.comments += (await anext(self._lines)).startswith(":")

    async def until(self, name: str) -> list[Event]:
        """The events up to the next one with *name*, and that one."""
        seen = [await anext(self)]
        while seen[-1].name != name:
            seen.append(await anext(self))
        return seen

    def _take(self, field: str, value: str, data: list[str]) -> str | None:
        if field == "data":
            data.append(value)
        elif field == "id":
            self.last_id = value
        elif field == "retry":
            self.retries.append(value)
        return value if field == "event" else None


@asynccontextmanager
async def watching(
    client: httpx.AsyncClient,
    last_id: str = "",
    headers: dict[str, str] | None = None,
    **query: Any,
) -> AsyncIterator[EventSource]:
    """A stream of events; the connection ends with the block."""
    resumed = {"last-event-id": last_id} if last_id else {}
    sent = {"accept": "text/event-stream", **resumed, **(headers or {})}
    async with client.stream("GET", WATCH, params=query, headers=sent) as response:
        yield EventSource(response, last_id)


async def lines(response: httpx.Response) -> AsyncIterator[dict[str, Any]]:
    """The objects of a stream that has one on each line."""
    async for line in response.aiter_lines():
        yield json.loads(line)
