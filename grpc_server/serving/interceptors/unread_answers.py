"""Answers on their way: a client that reads none of them must not fill the memory.

gRPC holds an answer until the client has taken it, however long that is, and cannot take
it back. So the connection of a client that takes nothing ends.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import structlog

from grpc_server.items.errors import Overloaded
from grpc_server.serving import connections
from grpc_server.serving.interceptors.chain import Context, Interceptor, Method, Unary

SMALL_BYTES: Final = 64 * 1024
"""An answer up to this size is not counted."""

UNSENT_BYTES: Final = 32 * 1024 * 1024
"""How large all others may be together; gRPC takes about three times as much for them."""

PATIENCE: Final = 30.0
"""Seconds that a client has to take an answer."""

LENIENCE: Final = 2.0
"""Seconds that it has while there is no room for the answers of others."""

_READS = ("Get", "List", "BatchGet")

_log = structlog.get_logger(__name__)


@dataclass(eq=False, slots=True)
class _Answer:
    size: int
    peer: str
    began: float


class Unsent:
    """The large answers that are on their way; *cut* ends the connection of a peer."""

    def __init__(
        self,
        cut: Callable[[str], bool] = connections.cut,
        max_bytes: int = UNSENT_BYTES,
        patience: float = PATIENCE,
    ) -> None:
        self._cut = cut
        self._max_bytes = max_bytes
        self._patience = patience
        self._answers: set[_Answer] = set()
        self._look: asyncio.TimerHandle | None = None

    @property
    def bytes(self) -> int:
        """How large they are together."""
        return sum(answer.size for answer in self._answers)

    def add(self, size: int, context: Context, *, may_refuse: bool) -> None:
        """Count an answer of *size* bytes until the client has taken it.

        Raises:
            Overloaded: others have not been taken yet, and this one *may* be refused.
        """
        if size <= SMALL_BYTES:
            return
        if may_refuse and self._answers and self.bytes + size > self._max_bytes:
            self._cut_older(LENIENCE)
            raise Overloaded("too many large answers wait to be taken; ask for less at a time")
        answer = _Answer(size, context.peer(), time.monotonic())
        self._answers.add(answer)

        def taken(_: Any) -> None:
            self._answers.discard(answer)

        context.add_done_callback(taken)  # type: ignore[arg-type]  # the stubs name its argument
        self._look_later()

    def _look_later(self) -> None:
        if self._look is None:
            loop = asyncio.get_running_loop()
            self._look = loop.call_later(self._patience / 4, self._look_now)

    def _look_now(self) -> None:
        self._look = None
        self._cut_older(self._patience)
        if self._answers:
            self._look_later()

    def _cut_older(self, seconds: float) -> None:
        since = time.monotonic() - seconds
        for peer in {answer.peer for answer in self._answers if answer.began <= since}:
            _log.warning("a client takes no answer: its connection ends", peer=peer)
            self._cut(peer)


def unsent(limit: Unsent) -> Interceptor:
    """Hold the memory of answers that clients have not taken yet below *limit*."""

    def interceptor(method: Method, proceed: Unary) -> Unary:
        if method.streams:
            return proceed
        is_read = method.name.rpartition("/")[2].startswith(_READS)

        async def call(request: bytes, context: Context) -> Any:
            answer = await proceed(request, context)
            limit.add(answer.ByteSize(), context, may_refuse=is_read)
            return answer

        return call

    return interceptor
