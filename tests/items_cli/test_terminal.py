"""What a person sees who runs the service in a terminal."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.items_cli.program import ITEMS, plain_environment
from tests.items_cli.test_serve import announced


class Terminal:
    """A terminal that a program writes its standard error to."""

    def __init__(self) -> None:
        self._ours, self.theirs = os.openpty()

    def shown(self) -> str:
        """All that the program has written, when it has ended."""
        os.close(self.theirs)
        text = b""
        try:
            while part := os.read(self._ours, 4096):
                text += part
        except OSError:  # Linux tells the end so
            pass
        return text.decode()

    def close(self) -> None:
        os.close(self._ours)


@pytest.fixture
def terminal() -> Iterator[Terminal]:
    opened = Terminal()
    yield opened
    opened.close()


async def run(terminal: Terminal, folder: Path, *flags: str, **variables: str) -> dict[str, str]:
    """Serve, answer a call, and stop; the places that were announced."""
    process = await asyncio.create_subprocess_exec(
        *(*ITEMS, "serve", "--store", f"sqlite:///{folder}/items.db", *flags),
        *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=terminal.theirs,
        env=plain_environment() | variables,
    )
    try:
        places = await announced(process)
        async with httpx.AsyncClient(trust_env=False) as http:
            assert (await http.get(places["REST"])).status_code == 200
        process.send_signal(signal.SIGINT)
        await process.communicate()
        assert process.returncode == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()
    return places


async def test_nothing_is_logged_while_nothing_is_wrong(terminal: Terminal, folder: Path) -> None:
    places = await run(terminal, folder)
    assert terminal.shown() == ""
    site = places["REST"].removesuffix("/v1/items")
    assert {*places} == {"REST", "gRPC", "Docs", "Watch", "Data"}
    assert (places["Docs"], places["Watch"]) == (f"{site}/docs", f"{site}/watch")


async def test_calls_are_logged_for_people_if_that_is_asked_for(
    terminal: Terminal, folder: Path
) -> None:
    places = await run(terminal, folder, "--log-level", "info", ITEMS_REST_METRICS="127.0.0.1:0")
    shown = terminal.shown()
    assert "ListItems" in shown
    assert "readyz" not in shown
    assert '{"' not in shown
    assert places["Metrics"].endswith("/metrics")


async def test_an_unknown_variable_is_a_warning(terminal: Terminal, folder: Path) -> None:
    await run(terminal, folder, ITEMS_STOER="x")
    assert terminal.shown() == (
        "warning: ITEMS_STOER is no setting, and is ignored; did you mean ITEMS_STORE?\r\n"
    )
