"""The answers of JetStream to messages that are under way.

The client has such a thing too, but what it does with a refusal is lost.
"""

import asyncio
import json
from dataclasses import dataclass
from typing import Any, Final

from nats.aio.client import Client
from nats.aio.msg import Msg

NO_RESPONDERS: Final = "503"
"""The status of an answer that says that no stream takes the subject."""

NO_STREAM: Final = 0
"""What stands for it beside the codes of JetStream, which are above it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Whether a stream has the message; if not, *code* and *why* say what it has against it."""

    is_kept: bool
    code: int = 0
    why: str = ""


class Acknowledgements:
    """Hands each answer to the one who waits for it, by the subject that it is sent to."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = client.new_inbox()
        self._count = 0
        self._waiting: dict[str, asyncio.Future[Answer]] = {}

    async def listen(self) -> None:
        """Begin to receive answers."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._receive)

    def expect(self) -> tuple[str, asyncio.Future[Answer]]:
        """Where the next answer is to be sent, and the answer."""
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
        return Answer(is_kept=False, code=NO_STREAM, why="no stream takes the subject")
    try:
        answer: dict[str, Any] = json.loads(message.data)
        error = answer.get("error")
        if error:
            return Answer(is_kept=False, code=error["err_code"], why=error["description"])
        return Answer(is_kept="seq" in answer)
    except (ValueError, KeyError, AttributeError, TypeError):
        return Answer(is_kept=False, code=-1, why="what answers is not JetStream")
