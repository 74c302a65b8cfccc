"""The `items` program, run as a user runs it."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

ITEMS = (sys.executable, "-m", "items_cli")


@dataclass(frozen=True)
class Outcome:
    """How the program ended, and what it said."""

    code: int
    out: str
    err: str


async def start(
    *arguments: str, env: Mapping[str, str] | None = None, through: Sequence[str] = ()
) -> asyncio.subprocess.Process:
    """Start ``items`` with *arguments*, *through* a program that runs another one.

    *env* is added to the environment.
    """
    return await asyncio.create_subprocess_exec(
        *through,
        *ITEMS,
        *arguments,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**plain_environment(), **(env or {})},
    )


async def items(
    *arguments: str, stdin: bytes = b"", env: Mapping[str, str] | None = None
) -> Outcome:
    """Run ``items`` with *arguments* to its end."""
    process = await start(*arguments, env=env)
    return await finish(process, stdin)


async def finish(process: asyncio.subprocess.Process, stdin: bytes = b"") -> Outcome:
    """Send *stdin* and wait for the end."""
    out, err = await process.communicate(stdin)
    return Outcome(process.returncode or 0, out.decode(), err.decode())


def plain_environment() -> dict[str, str]:
    """The environment without settings of ours, wide enough that nothing is wrapped."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith("ITEMS_")}
    return {**ours, "COLUMNS": "200"}
