"""One REST call: what was sent, and the service that answers it."""

import asyncio
from collections.abc import Awaitable, Collection, Generator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from http import HTTPStatus
from typing import TypeVar

from grpc import StatusCode
from pydantic import ValidationError
from starlette.types import Receive, Scope

from items_protojson.message import Message
from items_protojson.query import Query
from rest_facade.problems.problems import Place, Problem
from rest_facade.requests.bodies import parse_body, read_body
from rest_facade.requests.body_memory import Bulk, is_small
from rest_facade.requests.media_types import JSON
from rest_facade.requests.queries import parse_query
from rest_facade.requests.time_slices import Turns, at_once
from rest_facade.requests.violations import refusal
from rest_facade.settings import Settings
from rest_facade.upstream.channel import Upstream
from rest_facade.upstream.forwarding import Forwarded

P = TypeVar("P", bound=Message)
Q = TypeVar("Q", bound=Query)
B = TypeVar("B", bound=Message)
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Call:
    """One REST call: what was sent, who asks, and the service that answers.

    *media_type* is what the answer is to be in. What is in *at_end* is done when the call
    has its answer.
    """

    scope: Scope
    receive: Receive
    headers: Mapping[str, str]
    variables: Mapping[str, str]
    forwarded: Forwarded
    upstream: Upstream
    settings: Settings
    bulk: Bulk
    turns: Turns
    at_end: ExitStack
    media_type: str = JSON

    def path(self, model: type[P]) -> P:
        """Return the variables in the path as *model*.

        Raises:
            Problem: one breaks a limit.
        """
        try:
            return model.model_validate(self.variables)
        except ValidationError as error:
            raise refusal(error, model, Place.PATH) from None

    def query(self, model: type[Q]) -> Q:
        """Return the query as *model*.

        Raises:
            Problem: a parameter is unknown, given twice, or breaks a limit.
        """
        return parse_query(model, self.scope["query_string"])

    async def body(
        self, model: type[B], accepted: Collection[str] = (JSON,), *, default: bytes = b""
    ) -> B:
        """Return the body as *model*, read within the limits; an empty body reads as *default*.

        Others are served while a large one is parsed.

        Raises:
            Problem: it is too large or too slow, is not JSON, or breaks a limit.
        """
        limit = self.settings.rest_max_body_bytes
        try:
            async with asyncio.timeout_at(self.forwarded.deadline):
                raw = await read_body(self.receive, self.headers, accepted, limit)
        except TimeoutError:
            raise _too_slow() from None
        parsing = parse_body(model, raw or default)
        if is_small(raw):
            return at_once(parsing)
        return await self._parse_large(raw, parsing)

    async def _parse_large(self, raw: bytes, parsing: Generator[None, None, B]) -> B:
        try:
            async with asyncio.timeout_at(self.forwarded.deadline):
                self.at_end.callback(await self.bulk.enter(raw))
                return await self.turns.take(parsing)
        except TimeoutError:
            raise _overloaded() from None

    async def while_connected(self, answer: Awaitable[T]) -> T:
        """Return *answer*; cancel it if the client disconnects.

        Raises:
            Problem: the client went away.
        """
        answering = asyncio.ensure_future(answer)
        leaving = asyncio.ensure_future(gone(self.receive))
        try:
            await asyncio.wait((answering, leaving), return_when=asyncio.FIRST_COMPLETED)
            if answering.done():
                return answering.result()
            raise Problem(StatusCode.CANCELLED, "CANCELLED", "the client went away")
        finally:
            answering.cancel()
            leaving.cancel()


async def gone(receive: Receive) -> None:
    """Wait until the client disconnects."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _overloaded() -> Problem:
    return Problem(
        StatusCode.DEADLINE_EXCEEDED,
        "DEADLINE_EXCEEDED",
        "the body was not parsed before the deadline: others were parsed first",
    )


def _too_slow() -> Problem:
    return Problem(
        StatusCode.DEADLINE_EXCEEDED,
        "DEADLINE_EXCEEDED",
        "the body did not arrive before the deadline",
        status=HTTPStatus.REQUEST_TIMEOUT,
    )
