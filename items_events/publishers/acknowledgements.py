"""The acknowledgements of JetStream for messages in flight.

The client library has asynchronous publishing, too, but drops the reason of a rejection.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg

NO_RESPONDERS: Final = "503"
"""The status of a response when no stream has the subject."""

NO_STREAM: Final = 0
"""The code for NO_RESPONDERS; those of JetStream are greater."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The response to a message: whether the stream has it, or else *code* and *why*."""

    is_kept: bool
    code: int = 0
    why: str = ""


class Acknowledgements:
    """The responses that are awaited, by the subject that each is sent to."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._count = 0
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    async def listen(self) -> None:
        """Start to receive responses."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._receive)

    def expect(self) -> tuple[str, asyncio.Future[Answer]]:
        """Return a new reply subject, and the future of the response to it."""
        self._count += 1
        subject = f"{self._inbox}.{self._count}"
        answer = asyncio.get_running_loop().create_future()
        self._waiting[subject] = answer
        answer.add_done_callback(lambda _: self._waiting.pop(subject, None))
        return subject, answer

    async def _receive(self, message: Msg) -> None:
        waiting = self._waiting.get(message.subject)
        if waiting is not None and not waiting.done():
            waiting.set_result(_read(message))


def _read(message: Msg) -> Answer:
    if (message.headers or {}).get("Status") == NO_RESPONDERS:
        return Answer(is_kept=False, code=NO_STREAM, why="no stream has the subject")
    try:
        answer: dict[str, Any] = json.loads(message.data)
        error = answer.get("error")
        if error:
            return Answer(is_kept=False, code=error["err_code"], why=error["description"])
        return Answer(is_kept="seq" in answer)
    except (ValueError, KeyError, AttributeError, TypeError):
        return Answer(is_kept=False, code=-1, why="the response is not from JetStream")
