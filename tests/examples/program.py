"""An example, run as its docstring says."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.docs.pages import ROOT

PATIENCE = 60.0


class Program:
    """A running example, and what it prints."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def says(self, text: str) -> None:
        """Wait for a line with *text* in it."""
        output = self._process.stdout
        assert output is not None
        async with asyncio.timeout(PATIENCE):
            seen = b""
            while text.encode() not in seen:
                line = await output.readline()
                assert line, seen.decode()
                seen += line

    async def ends(self) -> tuple[int, str]:
        """Wait for its end: the exit code, and what it printed since."""
        async with asyncio.timeout(PATIENCE):
            printed, _ = await self._process.communicate()
        return self._process.returncode or 0, printed.decode()

    async def is_interrupted(self, code: int = 0) -> None:
        """End it with Ctrl-C: it must end with *code*."""
        self._process.send_signal(signal.SIGINT)
        ended, printed = await self.ends()
        assert ended == code, printed


@asynccontextmanager
async def running(name: str, *arguments: str, folder: Path) -> AsyncIterator[Program]:
    """Run the example *name* in *folder*; it is gone after the block."""
    script = ROOT / "examples" / name
    words = [script] if script.suffix == ".sh" else [sys.executable, script]
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = await asyncio.create_subprocess_exec(
        *words,
        *arguments,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=os.environ | {"PATH": path},
    )
    try:
        yield Program(process)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def run(name: str, *arguments: str, folder: Path) -> str:
    """Run the example to its end, which must be a good one: what it printed."""
    async with running(name, *arguments, folder=folder) as program:
        code, printed = await program.ends()
    assert code == 0, printed
    return printed
