"""`python -m rest_facade`, and the ways in that users of uvicorn expect."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from rest_facade.main import create_app


@asynccontextmanager
async def facade(*flags: str, **variables: str) -> AsyncIterator[tuple[Process, dict[str, Any]]]:
    """The process, and its first line of log; killed with the block."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "rest_facade", *flags, env=os.environ | variables, stderr=PIPE
    )
    assert process.stderr
    try:
        yield process, json.loads(await asyncio.wait_for(process.stderr.readline(), 60))
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def test_it_says_where_it_serves_logs_each_call_and_stops_when_told() -> None:
    async with facade(ITEMS_HTTP="127.0.0.1:0", ITEMS_UPSTREAM="unix:/nowhere") as (process, said):
        async with httpx.AsyncClient(base_url=f"http://{said['http']}") as client:
            response = await client.get("/docs", headers={"x-request-id": "mine"})
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 10)
    events = [json.loads(line) for line in log.splitlines()]
    assert said["event"] == "serving"
    assert response.status_code == 200
    assert events[0] | {"ms": 0, "peer": "", "timestamp": ""} == {
        "event": "call",
        "level": "info",
        "method": "GET",
        "path": "/docs",
        "rpc": "",
        "status": 200,
        "ms": 0,
        "correlation_id": "mine",
        "peer": "",
        "timestamp": "",
    }
    assert [event["event"] for event in events[1:]] == ["draining", "stopped"]
    assert process.returncode == 0


@pytest.mark.parametrize(
    ("soft", "hard", "expected"), [(300, 5000, 1256), (2000, 5000, 2000), (300, 400, 400)]
)
def test_it_may_open_as_many_files_as_it_has_connections(
    soft: int, hard: int, expected: int
) -> None:
    limit = "import resource; from rest_facade.sockets.open_files import allow_open_files"
    limit += f"; resource.setrlimit(resource.RLIMIT_NOFILE, ({soft}, {hard}))"
    limit += "; allow_open_files(1000); print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])"
    said = subprocess.run(
        [sys.executable, "-c", limit], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert int(said.splitlines()[-1]) == expected
    assert ("cannot have so many connections" in said) is (expected < 1256)


async def test_a_flag_wins_over_a_variable() -> None:
    flags = ("--http", "127.0.0.1:0", "--rest-drain", "1")
    async with facade(*flags, ITEMS_HTTP="256.0.0.1:1") as (_, said):
        assert said["event"] == "serving"


async def test_an_address_that_is_taken_is_said_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        async with facade("--http", address) as (process, said):
            assert await process.wait() == 1
    assert said["event"] == "cannot serve"
    assert f"cannot listen on {address}: another program uses it" in said["error"]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("ITEMS_HTTP", "nowhere"), ("ITEMS_REST_DRAIN", "soon"), ("ITEMS_REST_BATCH_CALLS", "0")],
)
def test_a_setting_that_cannot_be_read_is_named_in_one_line(variable: str, value: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "rest_facade"],
        env=os.environ | {variable: value},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert ended.returncode == 2
    (line,) = ended.stderr.splitlines()
    assert line.startswith(f"error: {variable} (--")
    assert "Traceback" not in ended.stderr


async def test_the_factory_needs_no_arguments() -> None:
    assert create_app().title == "Item service"


async def test_probes_are_not_in_the_log() -> None:
    async with facade(ITEMS_HTTP="127.0.0.1:0", ITEMS_UPSTREAM="unix:/nowhere") as (process, said):
        async with httpx.AsyncClient(base_url=f"http://{said['http']}") as client:
            for path in ("/healthz", "/readyz"):
                await client.get(path)
        process.send_signal(signal.SIGTERM)
        _, log = await asyncio.wait_for(process.communicate(), 10)
    assert [json.loads(line)["event"] for line in log.splitlines()] == ["draining", "stopped"]
