"""Room for requests: how much memory all of them together may take, until they are answered.

A request may wait for the store, and thousands may wait at the same time.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from grpc_server.items.errors import InvalidRequest, Overloaded
from grpc_server.serving.interceptors.chain import Context, Interceptor, Method, Unary
from grpc_server.serving.interceptors.elements import MAX_ELEMENTS, elements_of

ROOM_BYTES: Final = 64 * 1024 * 1024
"""How much memory large requests may take together; two of the costliest fit."""

SMALL_BYTES: Final = 16 * 1024
"""A request up to this size is never refused for want of room: their number is bounded."""

ELEMENT_BYTES: Final = 100
"""About how much memory an element takes when it is decoded."""

_TOO_MANY: Final = (
    f"the request has more than {MAX_ELEMENTS:,} list elements and map entries; send less at a time"
)


class Room:
    """Memory for *most* bytes of large requests."""

    def __init__(self, most: int = ROOM_BYTES) -> None:
        self._most = most
        self.taken = 0

    @contextmanager
    def taking(self, cost: int) -> Iterator[None]:
        """Take *cost* bytes within the block; a single request may take more than there are.

        Raises:
            Overloaded: others have taken so much that they do not fit.
        """
        if self.taken and self.taken + cost > self._most:
            raise Overloaded("too many large requests wait already; send less at a time")
        self.taken += cost
        try:
            yield
        finally:
            self.taken -= cost


def room(limit: Room) -> Interceptor:
    """Hold the memory of all requests that are not answered yet below *limit*.

    Raises:
        InvalidRequest: the request has too many elements.
        Overloaded: there is no room for it now.
    """

    def interceptor(method: Method, proceed: Unary) -> Unary:
        elements = elements_of(method.request)

        async def call(request: bytes, context: Context) -> Any:
            if len(request) <= SMALL_BYTES:
                return await proceed(request, context)
            found = elements(request)
            if found > MAX_ELEMENTS:
                raise InvalidRequest(_TOO_MANY)
            with limit.taking(len(request) + ELEMENT_BYTES * found):
                return await proceed(request, context)

        return call

    return interceptor
