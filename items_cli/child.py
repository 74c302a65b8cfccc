"""A process that the supervisor starts, and how it is ended."""

import asyncio
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service: a module to run, and how to tell that it is ready.

    *is_ready* answers at once; it is asked again until it says so.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Child:
    """A running part."""

    part: Part
    process: asyncio.subprocess.Process

    @classmethod
    async def start(cls, part: Part) -> "Child":
        """Start *part*, tied to this process: it ends when this one does.

        It is in a session of its own, so that Ctrl-C reaches only the supervisor, which
        ends the parts in order.
        """
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "items_cli.tether",
            part.module,
            *part.arguments,
            stdin=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
        return cls(part, process)

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self.process.returncode is not None

    def tell(self, number: signal.Signals) -> None:
        """Send the signal *number*, unless the process is gone."""
        if not self.ended:
            self.process.send_signal(number)

    async def gone(self, seconds: float, or_else: asyncio.Task[Any]) -> None:
        """Wait until the process is gone, *seconds* have passed, or *or_else* is done."""
        end = asyncio.create_task(self.process.wait())
        await asyncio.wait(
            [end, or_else], timeout=max(0.0, seconds), return_when=asyncio.FIRST_COMPLETED
        )
        end.cancel()

    def last_words(self) -> str:
        """How the process ended, for people."""
        code = self.process.returncode or 0
        if code < 0:
            return f"{self.part.name} was ended by {signal.Signals(-code).name}"
        return f"{self.part.name} ended with exit code {code}"
