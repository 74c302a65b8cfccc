"""The commands of the relay, as an operator uses them, with Redis."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import psutil
import pytest

from items_client import ItemsClient
from tests.items_cli import program
from tests.items_cli.program import Outcome, finish
from tests.items_cli.test_serve import announced
from tests.items_events.brokers import Redis, free_port, running_redis
from tests.items_events.relaying import caught_up, eventually, relaying, write
from tests.needs import needs

SECRET = "hush-hush"  # noqa: S105  # what must not be seen


@pytest.fixture
async def redis(folder: Path) -> AsyncIterator[Redis]:
    """A Redis of its own."""
    needs("redis")
    place = folder / "broker"
    place.mkdir()
    async with running_redis(place) as broker:
        yield broker


@asynccontextmanager
async def served(
    folder: Path, *flags: str, **env: str
) -> AsyncIterator[asyncio.subprocess.Process]:
    """`items serve` on free ports; it ends with the block."""
    process = await program.start(
        *("serve", "--store", f"sqlite:///{folder}/items.db"),
        *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        *flags,
        env=env,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_serve_with_events_publishes(folder: Path, redis: Redis) -> None:
    async with served(folder, "--events", redis.url()) as process:
        grpc = (await announced(process))["gRPC"]
        async with ItemsClient(grpc) as client:
            await client.create(id="vim", name="Vim")
            await caught_up(client, redis.url())
        process.send_signal(signal.SIGTERM)
        outcome = await finish(process)
    assert outcome.code == 0
    assert outcome.err.count('"stopped"') == 3
    assert '"error"' not in outcome.err, "it complained of a service that was about to begin"
    assert [seen.attributes["subject"] for seen in await redis.messages()] == ["vim"]


async def test_serve_does_not_wait_for_a_broker(folder: Path, redis: Redis) -> None:
    await redis.stop()
    async with served(folder, "--events", redis.url()) as process:
        grpc = (await announced(process))["gRPC"]
        async with ItemsClient(grpc) as client:
            await client.create(id="vim", name="Vim")
            await redis.start()
            await caught_up(client, redis.url())
    assert len(await redis.messages()) == 1


async def test_a_password_is_on_no_command_line_and_in_no_line_of_the_log(
    folder: Path, redis: Redis
) -> None:
    url = redis.url().replace("redis://", f"redis://:{SECRET}@")
    async with served(folder, ITEMS_EVENTS=url) as process:
        grpc = (await announced(process))["gRPC"]
        await eventually(lambda: fails(grpc))
        lines = [child.cmdline() for child in psutil.Process(process.pid).children()]
        process.send_signal(signal.SIGTERM)
        outcome = await finish(process)
    assert len(lines) == 3
    assert SECRET not in str(lines)
    assert SECRET not in outcome.err + outcome.out


async def fails(service: str) -> bool:
    outcome = await events("status", "--json", at=service)
    return any(json.loads(line)["lastError"] for line in outcome.out.splitlines())


async def events(*arguments: str, at: str) -> Outcome:
    """`items events` with *arguments*, over the service *at* an address."""
    return await program.items("events", *arguments, "--grpc", at)


async def test_status_tells_how_far_a_sink_is_behind(
    service: str, items: ItemsClient, redis: Redis
) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(3))
        await caught_up(items, redis.url())
    await write(items, range(3, 8))
    shown = await events("status", at=service)
    (line,) = (await events("status", "--json", at=service)).out.splitlines()
    told = json.loads(line)
    assert (told["revision"], told["lagRevisions"]) == ("3", "5")
    assert 0 <= told["lagSeconds"] < 60
    assert (told["state"], told["holder"]) == ("SINK_STATE_IDLE", "")
    assert shown.out.split()[:3] == ["SINK", "STATE", "REVISION"]
    assert shown.out.splitlines()[1].split()[1:4] == ["idle", "3", "5"]


async def test_status_without_a_sink_says_how_to_make_one(service: str) -> None:
    outcome = await events("status", at=service)
    assert outcome.out == ""
    assert "`items relay --events URL` makes one" in outcome.err


async def test_replay_publishes_again(service: str, items: ItemsClient, redis: Redis) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(5))
        await caught_up(items, redis.url())
        await redis.forget()
        outcome = await events("replay", "--from", "2", at=service)
        assert outcome.code == 0, outcome.err
        await caught_up(items, redis.url())
    assert [seen.place for seen in await redis.messages()] == [(3, 0), (4, 0), (5, 0)]


async def test_skip_goes_on_behind_a_revision_and_parked_says_why(
    service: str, items: ItemsClient, redis: Redis
) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(1))
        await caught_up(items, redis.url())
    await write(items, range(1, 3))
    late = await events("skip", "3", "--why", "not the next one", at=service)
    right = await events("skip", "2", "--why", "nobody wants it", redis.url(), at=service)
    shown = await events("parked", at=service)
    assert late.code == 1
    assert "REVISION_NOT_NEXT" in late.err
    assert right.code == 0, right.err
    assert shown.out.splitlines()[1].split()[:2] == ["2", "all"]
    assert "nobody wants it" in shown.out
    async with relaying(items, redis.url()):
        await caught_up(items, redis.url())
    assert [seen.place for seen in await redis.messages()] == [(1, 0), (3, 0)]


async def test_a_sink_that_is_deleted_is_forgotten(
    service: str, items: ItemsClient, redis: Redis
) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(1))
        await caught_up(items, redis.url())
    outcome = await events("delete", redis.url(), at=service)
    assert outcome.code == 0, outcome.err
    assert (await events("status", "--json", at=service)).out == ""


async def test_a_sink_that_is_unknown_is_refused_with_those_that_are_known(
    service: str, items: ItemsClient, redis: Redis
) -> None:
    async with relaying(items, redis.url()):
        await write(items, range(1))
        await caught_up(items, redis.url())
    outcome = await program.items(
        "events", "replay", "--from", "0", "redis://other", "--grpc", service
    )
    assert outcome.code == 2
    assert "there is no such sink; the service knows:\n  redis://127.0.0.1:" in outcome.err


async def test_declare_says_what_is_in_the_way(redis: Redis) -> None:
    async with redis.client() as client:
        await client.set("items", "text")
    outcome = await program.items("events", "declare", redis.url())
    assert outcome.code == 1
    assert outcome.err.endswith("Redis: the key 'items' is not a stream: rename or delete it\n")


@pytest.mark.parametrize("scheme", ["amqp", "redis", "nats"])
async def test_declare_says_that_a_broker_is_not_there(scheme: str) -> None:
    place = f"127.0.0.1:{free_port()}"
    outcome = await program.items("events", "declare", f"{scheme}://user:{SECRET}@{place}")
    assert outcome.code == 1
    assert outcome.err.startswith(f"error: {scheme}://{place}")
    assert "refused" in outcome.err or "connect call failed" in outcome.err.lower()
    assert outcome.err.count("\n") == 1
    assert SECRET not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("relay",), "no sink is named: --events URL, or ITEMS_EVENTS"),
        (("relay", "--events", "http://h"), "must begin with one of amqp"),
        (
            ("relay", "--events", "redis://h", "--events", "redis://h:6379/0"),
            "two URLs name the same sink",
        ),
        (("relay", "--events", "redis://h", "--from", "then"), "`oldest`, `now` or a revision"),
        (("serve", "--events", "redis://h?strem=x"), "did you mean stream?"),
        (("ingest", "nats://h"), "must begin with one of amqp"),
        (("events", "declare", "redis://h:x"), "an invalid host or port"),
    ],
)
async def test_what_makes_no_sense_is_refused(arguments: tuple[str, ...], said: str) -> None:
    outcome = await program.items(*arguments)
    assert outcome.code == 2
    assert said in " ".join(outcome.err.replace("│", " ").split())
    assert "Traceback" not in outcome.err


@pytest.fixture
def without_extra(folder: Path) -> dict[str, str]:
    """An environment in which the client of NATS is not installed."""
    (folder / "sitecustomize.py").write_text("import sys\nsys.modules['nats'] = None\n")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("relay", "--events", "redis://h"),
        ("serve", "--events", "redis://h"),
        ("ingest", "redis://h"),
        ("events", "declare", "redis://h"),
    ],
)
async def test_without_the_extra_a_command_says_what_to_install(
    arguments: tuple[str, ...], without_extra: dict[str, str]
) -> None:
    outcome = await program.items(*arguments, env=without_extra)
    assert outcome.code == 2
    assert "pip install 'item-service[events]'" in outcome.err


async def test_without_the_extra_the_service_runs(
    folder: Path, without_extra: dict[str, str]
) -> None:
    async with served(folder, **without_extra) as process:
        assert "REST" in await announced(process)
