"""Operations: what a method does at a path, by the name of its RPC."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.responses import Response

from rest_facade.requests.call import Call
from rest_facade.requests.media_types import JSON

Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One RPC over HTTP; the rest is what the OpenAPI document says beside the contract.

    *successes* are the statuses of what was asked for, *refusals* those of refusals that
    not every operation has, *headers* the headers that only some operations read.
    *accepted* are the media types of the body, *offered* those of the answer, the usual
    one first. One that *streams* goes on for as long as its caller wants. *about* is what
    only HTTP has.
    """

    method: str
    path: str
    rpc: str
    handle: Handler
    successes: tuple[int, ...] = (200,)
    refusals: tuple[int, ...] = ()
    headers: tuple[str, ...] = ()
    accepted: tuple[str, ...] = (JSON,)
    offered: tuple[str, ...] = (JSON,)
    streams: bool = False
    about: str = ""
    tag: str = "items"
    body_is_optional: bool = False

    @property
    def reads_body(self) -> bool:
        """True if a request has a body."""
        return self.method in {"PATCH", "POST", "PUT"}

    @property
    def answers_item(self) -> bool:
        """True if the answer is an item, and so has an etag."""
        return self.tag == "items" and self.rpc != "ListItems"
