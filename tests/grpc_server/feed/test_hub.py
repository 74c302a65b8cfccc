"""The hub by itself."""

import asyncio
from datetime import UTC, datetime

import pytest

from grpc_server.database.store import Change
from grpc_server.feed.hub import RUN, Hub
from grpc_server.items.errors import ShuttingDown
from items.v1 import items_pb2 as pb

NOW = datetime(2026, 1, 1, tzinfo=UTC)
AMPLE = 1_000_000


def change(revision: int, ordinal: int = 0, size: int = 0) -> Change:
    item = pb.Item(id=f"i{ordinal}", revision=revision, description="x" * size)
    return Change(revision, ordinal, pb.CHANGE_KIND_CREATED, NOW, "", "", item)


def revisions(hub: Hub, since: int) -> list[int] | None:
    commits = hub.since(since)
    return None if commits is None else [commit.revision for commit in commits]


def test_it_holds_what_was_published_since_it_began() -> None:
    hub = Hub(3, AMPLE)
    hub.publish([change(4), change(4, 1), change(5)])
    hub.publish([change(6)])
    assert hub.revision == 6
    assert [revisions(hub, since) for since in (2, 3, 4, 6)] == [None, [4, 5, 6], [5, 6], []]


def test_a_revision_that_it_has_not_heard_of_is_waited_for() -> None:
    hub = Hub(3, AMPLE)
    assert revisions(hub, 5) == []


async def test_what_a_failover_has_left_out_is_not_held_and_those_who_wait_are_woken() -> None:
    hub = Hub(3, AMPLE)
    hub.publish([change(4)])
    waiting = asyncio.create_task(hub.next(4, patience=60))
    await asyncio.sleep(0)
    hub.leave_out(1000)
    assert await waiting
    assert (hub.revision, hub.held_bytes) == (1000, 0)
    assert [revisions(hub, since) for since in (3, 4, 999, 1000)] == [None, None, None, []]
    assert [hub.has_left_out(since) for since in (4, 999, 1000)] == [True, True, False]
    hub.publish([change(1001)])
    assert revisions(hub, 1000) == [1001]


def test_it_gives_a_run_at_a_time() -> None:
    hub = Hub(0, AMPLE)
    hub.publish([change(revision) for revision in range(1, RUN + 10)])
    assert revisions(hub, 0) == list(range(1, RUN + 1))
    assert revisions(hub, RUN) == list(range(RUN + 1, RUN + 10))


def test_it_forgets_the_oldest_but_never_what_is_new() -> None:
    hub = Hub(0, 5000)
    for revision in range(1, 4):
        hub.publish([change(revision, size=3000)])
    assert [revisions(hub, since) for since in (1, 2)] == [None, [3]]
    hub.publish([change(4, size=9000), change(5, size=9000)])
    assert [revisions(hub, since) for since in (2, 3)] == [None, [4, 5]]


def test_after_a_gap_it_holds_only_what_follows() -> None:
    hub = Hub(0, AMPLE)
    hub.publish([change(1)])
    hub.publish([change(3)])
    assert [revisions(hub, since) for since in (0, 1, 2, 3)] == [None, None, [3], []]


async def test_all_who_wait_are_woken_by_a_commit() -> None:
    hub = Hub(0, AMPLE)
    waiting = [asyncio.create_task(hub.next(0, 60)) for _ in range(3)]
    await asyncio.sleep(0)
    assert hub.waiting == 3
    hub.publish([change(1)])
    assert await asyncio.gather(*waiting) == [True, True, True]
    assert hub.waiting == 0


async def test_nobody_waits_for_what_is_there() -> None:
    hub = Hub(0, AMPLE)
    hub.publish([change(1)])
    assert await hub.next(0, 60)


async def test_patience_ends() -> None:
    hub = Hub(0, AMPLE)
    assert not await hub.next(0, 0.001)
    assert hub.waiting == 0


async def test_each_has_a_patience_of_its_own() -> None:
    hub = Hub(0, AMPLE)
    long = asyncio.create_task(hub.next(0, 60))
    middle = asyncio.create_task(hub.next(0, 0.002))
    assert not await hub.next(0, 0.001)
    assert not await middle
    assert hub.waiting == 1
    hub.publish([change(1)])
    assert await long


async def test_who_was_told_last_is_told_first() -> None:
    hub = Hub(0, AMPLE)
    told: list[str] = []

    async def follow(name: str) -> None:
        for revision in range(2):
            await hub.next(revision, 60)
            told.append(name)

    async with asyncio.TaskGroup() as watchers:
        for name in "abc":
            watchers.create_task(follow(name))
        for revision in (1, 2):
            while hub.waiting < 3:  # noqa: ASYNC110  # the hub has no event for that
                await asyncio.sleep(0)
            hub.publish([change(revision)])
    assert told == [*"cba", *"abc"]


async def test_one_who_gives_up_is_forgotten() -> None:
    hub = Hub(0, AMPLE)
    waiting = asyncio.create_task(hub.next(0, 60))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.wait([waiting])
    assert hub.waiting == 0


async def test_closing_ends_every_wait_and_what_is_held_can_still_be_told() -> None:
    hub = Hub(0, AMPLE)
    waiting = asyncio.create_task(hub.next(0, 60))
    await asyncio.sleep(0)
    hub.publish([change(1)])
    hub.close()
    assert await waiting
    assert revisions(hub, 0) == [1]
    with pytest.raises(ShuttingDown):
        hub.since(1)
