"""What the benchmark of scale measures, in small, and what it makes of it."""

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from itertools import count
from pathlib import Path
from urllib.parse import urlencode

import pytest
from psycopg import conninfo

from benchmarks.load.load import Limit
from benchmarks.scale.load import BATCH, Ask, Load, send
from benchmarks.scale.measuring import CASES, FAR, FAR_CASES, ONE_OF_TWO, SIZES, Plan, measure
from benchmarks.scale.points import Point, Run, Where
from benchmarks.scale.row import WARM_UP, commit, units
from benchmarks.scale.table import Case, by_case, middle, tables
from benchmarks.simulation.model import TRIPS_AFTER, TRIPS_BEFORE, TRIPS_HELD
from grpc_server.database.opening import open_store
from items.v1 import items_pb2 as pb
from tests.docs.pages import page, rows
from tests.postgresql import database
from tests.servers import item_service

pytestmark = pytest.mark.timeout(300)  # it starts three servers and a dozen loads

COLUMNS = (Where("SQLite", 1), *(Where("PostgreSQL", size) for size in SIZES))
TINY = Plan(rounds=1, seconds=0.2, watch_seconds=0.2, row_seconds=0.05, sizes=(2,))


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """One short round of SQLite, and of two replicas on PostgreSQL."""
    with tempfile.TemporaryDirectory(prefix="items-scale-") as folder:
        yield measure(Path(folder), TINY, lambda _: None)


def test_every_case_is_measured_on_every_deployment(run: Run) -> None:
    found = Counter((point.store, point.called) for point in run.points)
    assert found == {
        ("SQLite", 1): len(CASES),
        ("PostgreSQL", 2): len(CASES) + len(FAR_CASES),
        ("PostgreSQL", 1): len(ONE_OF_TWO),
    }


def test_what_is_written_is_what_was_asked_for(run: Run) -> None:
    for point in run.points:
        assert point.writes == point.calls * Ask(point.ask).writes


def test_every_part_takes_some_of_a_processor_and_together_not_more_than_there_is(
    run: Run,
) -> None:
    assert all(point.load > 0 for point in run.points)
    assert sum(point.servers for point in run.points) > 0
    assert sum(point.database for point in run.points if point.store == "PostgreSQL") > 0
    assert not any(point.database for point in run.points if point.store == "SQLite")
    assert sum(point.ours for point in run.points) <= 1.1 * sum(p.machine for p in run.points)


def test_a_commit_on_a_database_that_is_far_away_takes_all_of_its_round_trips(run: Run) -> None:
    far = [point for point in run.points if point.round_trip]
    trips = TRIPS_BEFORE + TRIPS_HELD + TRIPS_AFTER
    assert len(far) == len(FAR_CASES)
    assert all(point.commit_seconds / point.commits >= 0.9 * trips * FAR for point in far)


def test_commits_on_postgresql_are_synced(run: Run) -> None:
    written = [point for point in run.points if point.store == "PostgreSQL" and point.writes]
    assert sum(point.syncs for point in written) > 0


def test_the_tables_have_a_row_for_every_case(run: Run) -> None:
    text = tables(run)
    for case in by_case(run.points):
        row = " +".join(map(re.escape, case.cells))
        assert len(re.findall(rf"^{row} ", text, re.MULTILINE)) == 2, case
    assert re.search(r"^PostgreSQL +of another server +2 +[\d.]+ +[\d.]+$", text, re.MULTILINE)


def test_a_run_that_was_kept_is_read_as_it_was(run: Run, tmp_path: Path) -> None:
    run.write(tmp_path / "first.json")
    again = Run.read(tmp_path / "first.json")
    again.write(tmp_path / "second.json")
    assert (tmp_path / "first.json").read_text() == (tmp_path / "second.json").read_text()
    assert [Case.of(point) for point in again.points] == [Case.of(point) for point in run.points]


@pytest.mark.parametrize("ask", list(Ask))
async def test_each_load_is_answered_as_it_expects(folder: Path, ask: Ask) -> None:
    address = f"unix:{folder}/grpc.sock"
    async with item_service(folder) as items:
        await send(Load(Ask.BATCH, (address,), 1, Limit(10, 2), "seed", 2 * BATCH))
        loaded = await send(Load(ask, (address,), 4, Limit(10, 12), "some", 2 * BATCH))
        there = (await items.ListItems(pb.ListItemsRequest(page_size=1000))).items
    assert loaded.sample.requests == 12
    assert len(there) == 2 * BATCH + 12 * ask.writes


@pytest.mark.parametrize(
    ("heading", "asks"),
    [("Writes", (Ask.CREATE, Ask.BATCH)), ("Reads", (Ask.GET, Ask.LIST))],
)
def test_the_page_tells_what_was_measured(heading: str, asks: tuple[Ask, ...]) -> None:
    cases = by_case(Run.read().points)
    told = {tuple(row[:2]): row[2:] for row in rows(page("docs/scaling.md"), heading)}
    measured = {
        (ask.value, str(in_flight)): [
            f"{middle(cases[Case(ask, in_flight, where, where.replicas)], _items_a_second):,.0f}"
            for where in COLUMNS
        ]
        for ask, in_flight in CASES
        if ask in asks
    }
    assert told == measured


def _items_a_second(point: Point) -> float:
    return point.rate * (Ask(point.ask).writes or 1)


@pytest.mark.parametrize("size", [1, 64])
async def test_a_commit_takes_as_many_round_trips_as_the_model_has(size: int) -> None:
    with database() as url, tempfile.TemporaryDirectory() as folder:
        async with Way.to(url, Path(folder)) as way:
            before, after = await asyncio.to_thread(_trips_of_a_commit, way, size)
    assert before == TRIPS_BEFORE + 0.5  # the answer to SELECT has come back
    assert after == TRIPS_HELD - 0.5 + TRIPS_AFTER


def _trips_of_a_commit(way: "Way", size: int) -> tuple[int, int]:
    """How many there are until the row is locked, and how many from then on."""
    numbers = count()
    until_locked = 0

    def on_lock() -> None:
        nonlocal until_locked
        until_locked = way.trips

    with closing(open_store(way.url, notify=False)) as store:
        for _ in range(WARM_UP):
            commit(store, units(size, numbers))
        way.trips = 0
        commit(store, units(size, numbers), on_lock)
    return until_locked, way.trips - until_locked


class Way:
    """A way to a PostgreSQL, by a socket of its own, on which round trips are counted."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.trips = 0

    @classmethod
    @asynccontextmanager
    async def to(cls, url: str, folder: Path) -> AsyncIterator["Way"]:
        """Pass on what is said to the database at *url*, until nobody is connected."""
        stated = conninfo.conninfo_to_dict(url)
        way = cls("postgresql://?" + urlencode({**stated, "host": str(folder)}))
        server, own = f"{stated['host']}/.s.PGSQL.5432", folder / ".s.PGSQL.5432"
        connections = []

        async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            connections.append(asyncio.current_task())
            answers, asking = await asyncio.open_unix_connection(server)
            await asyncio.gather(_copy(reader, asking), way._count(answers, writer))

        async with await asyncio.start_unix_server(connected, own):
            yield way
            await asyncio.gather(*filter(None, connections))

    async def _count(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Copy what is answered: a round trip ends when the server is ready for more."""
        while kind := await reader.read(1):
            length = await reader.readexactly(4)
            rest = await reader.readexactly(int.from_bytes(length) - 4)
            self.trips += kind == b"Z"
            writer.write(kind + length + rest)
        writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while said := await reader.read(2**20):
        writer.write(said)
    writer.close()
