"""A process of the supervisor: started, watched, and ended."""

import asyncio
import signal
import socket
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from items_cli.errors import Failure
from items_cli.processes import parent_death

LONGEST_CAUSE = 65_536
"""The bytes of a cause that are read."""


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the service: a module to run, and a probe for its readiness.

    *is_ready* answers at once; the supervisor calls it until it returns True.
    """

    name: str
    module: str
    arguments: tuple[str, ...]
    is_ready: Callable[[], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class Child:
    """A running part; *tie* is the parent's end of the socket that ties it to this process."""

    part: Part
    process: asyncio.subprocess.Process
    tie: socket.socket

    @classmethod
    async def start(cls, part: Part) -> "Child":
        """Start *part*, tied to this process: it ends when this one does.

        It is in a session of its own, so that Ctrl-C reaches only the supervisor, which
        ends the parts in order.
        """
        ours, its = socket.socketpair()
        ours.setblocking(False)
        with its:
            process = await asyncio.create_subprocess_exec(
                *parent_death.command(part.module, *part.arguments),
                stdin=its.fileno(),
                start_new_session=True,
            )
        return cls(part, process, ours)

    @property
    def ended(self) -> bool:
        """True if the process is gone."""
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

    def cause(self) -> str:
        """Return why the process could not serve, in its own words; empty if it did not say."""
        with suppress(BlockingIOError, ConnectionError):
            return self.tie.recv(LONGEST_CAUSE).decode(errors="replace")
        return ""

    def failure(self) -> Failure:
        """Return the error with which the command ends because this process has ended."""
        code, cause = self.process.returncode or 0, self.cause()
        if cause:
            return Failure(f"{self.part.name} cannot serve: {cause}", exit_code=max(code, 1))
        if code < 0:
            return Failure(f"{self.part.name} was ended by {signal.Signals(-code).name}")
        return Failure(f"{self.part.name} ended with exit code {code}")
