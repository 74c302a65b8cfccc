"""Walks are open only as long as somebody takes their pages."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, aclosing, closing
from pathlib import Path

import pytest
from pysqlite3 import dbapi2

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreUnavailable
from grpc_server.database.opening import open_store
from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Store
from grpc_server.items.errors import Overloaded, WatcherTooSlow
from grpc_server.reads import walks
from grpc_server.reads.walks import MAX_WAITING, WALKS, Walks, read_within
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add

QUERY = ItemQuery(limit=1)


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    with closing(open_store(f"sqlite:///{folder}/items.db", readers=WALKS)) as store:
        add(store, *(pb.Item(id=each) for each in "abc"))
        yield store


async def taken(walks: Walks) -> list[str]:
    async with aclosing(walks.walk(QUERY)) as pages:
        return [item.id async for _, page in pages for item in page.items]


@pytest.fixture
async def impatient(store: Store) -> AsyncIterator[Walks]:
    walks = Walks(store, patience=0.05)
    yield walks
    await walks.close()


async def test_a_walk_that_nobody_takes_gives_up_its_snapshot_at_once(impatient: Walks) -> None:
    slow = [impatient.walk(QUERY) for _ in range(WALKS)]
    for each in slow:
        await anext(each)
    quick = [impatient.walk(QUERY) for _ in range(WALKS)]
    for each in quick:  # though no slow walk has gone on since
        await asyncio.wait_for(anext(each), 5)
    for each in slow:
        with pytest.raises(WatcherTooSlow):
            await anext(each)
    for each in quick:
        await each.aclose()


async def test_a_walk_that_is_left_early_gives_up_its_snapshot(store: Store) -> None:
    walks = Walks(store)
    for _ in range(2 * WALKS):
        async with aclosing(walks.walk(QUERY)) as pages:
            await anext(pages)
    assert await taken(walks) == ["a", "b", "c"]
    await walks.close()


async def test_no_more_walks_wait_than_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting = Walks(store)
    monkeypatch.setattr(walks, "CROWDED_SECONDS", 60)
    open_ = [waiting.walk(QUERY) for _ in range(WALKS)]
    for each in open_:
        await anext(each)
    tasks = [asyncio.create_task(taken(waiting)) for _ in range(MAX_WAITING)]
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await taken(waiting)
    for each in open_:
        await each.aclose()
    assert await asyncio.gather(*tasks) == [["a", "b", "c"]] * MAX_WAITING
    await waiting.close()


async def test_a_walk_that_waits_for_too_long_is_refused(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walks, "TURN_SECONDS", 0.01)
    waiting = Walks(store)
    open_ = [waiting.walk(QUERY) for _ in range(WALKS)]
    for each in open_:
        await anext(each)
    with pytest.raises(Overloaded):
        await taken(waiting)
    for each in open_:
        await each.aclose()
    await waiting.close()


async def test_walks_that_nobody_takes_make_room_for_others(store: Store) -> None:
    patient = Walks(store, patience=60)
    slow = [patient.walk(QUERY) for _ in range(WALKS)]
    for each in slow:
        await anext(each)
    async with asyncio.timeout(5):
        assert await taken(patient) == ["a", "b", "c"]
    with pytest.raises(WatcherTooSlow):
        await anext(slow[0])
    assert (await anext(slow[-1]))[1].items[0].id == "b"
    for each in slow:
        await each.aclose()
    await patient.close()


def test_a_database_that_fails_between_two_pages_is_told_as_one_that_fails() -> None:
    failure = dbapi2.OperationalError("disk I/O error")
    failure.sqlite_errorname = "SQLITE_IOERR"

    def read() -> None:
        raise failure

    with ExitStack() as snapshot:
        snapshot.enter_context(driver_errors_translated("here"))
        with pytest.raises(StoreUnavailable):
            read_within(snapshot, read)
