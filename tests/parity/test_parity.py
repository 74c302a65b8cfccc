"""Each scenario through gRPC and through REST, each over a store of its own."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from grpc import aio

from grpc_server.main import serving
from tests.parity.doors import Answer, Door, GrpcDoor, RestDoor
from tests.parity.scenarios import SCENARIOS, Step
from tests.servers import rest_client, server_settings

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}")


@asynccontextmanager
async def both_doors(folder: Path) -> AsyncIterator[tuple[Door, Door]]:
    """A gRPC door and a REST door, into two services that know nothing of each other."""
    async with AsyncExitStack() as stack:
        addresses = []
        for name in ("grpc", "rest"):
            (folder / name).mkdir()
            settings = server_settings(folder / name, min_revision_wait=0.05)
            addresses.append(await stack.enter_async_context(serving(settings)))
        channel = await stack.enter_async_context(aio.insecure_channel(addresses[0]))
        client = await stack.enter_async_context(rest_client(folder, addresses[1]))
        yield GrpcDoor(channel), RestDoor(client)


@pytest.mark.parametrize("name", SCENARIOS)
async def test_both_doors_answer_alike(name: str, folder: Path) -> None:
    async with both_doors(folder) as doors:
        over_grpc, over_rest = [await transcript(door, SCENARIOS[name]) for door in doors]
    assert [answer.reason or answer.code for answer in over_grpc] == [
        step.ends for step in SCENARIOS[name]
    ]
    assert [comparable(answer) for answer in over_grpc] == [
        comparable(answer) for answer in over_rest
    ]


async def transcript(door: Door, steps: Sequence[Step]) -> list[Answer]:
    """The answers to *steps*, one after the other."""
    answers: list[Answer] = []
    for step in steps:
        request = step.request(answers) if callable(step.request) else step.request
        answers.append(await door.call(step.rpc, request))
    return answers


def comparable(answer: Answer) -> Answer:
    """*answer* without what differs between two stores: times, made ids, tokens."""
    return Answer(answer.code, answer.reason, _comparable(answer.body))


def _comparable(value: Any) -> Any:
    match value:
        case dict():
            return {key: _hidden(key) or _comparable(inner) for key, inner in value.items()}
        case list():
            return [_comparable(inner) for inner in value]
        case str():
            return UUID.sub("<id>", value)
        case _:
            return value


def _hidden(key: str) -> str:
    return f"<{key}>" if key.endswith(("Time", "Token")) else ""
