"""Each example runs as it stands, against a real service, and does what it says."""

import signal
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from grpc_server.main import serving
from items_client import ItemsClient
from items_events.broker_clients import open_publisher
from items_events.brokers.broker_url import publisher_url
from tests.docs.pages import ROOT, page, rows
from tests.examples.program import run, running
from tests.items_events.brokers import RUNNING
from tests.needs import needs
from tests.processes import FacadeProcess, RelayProcess
from tests.servers import server_settings


@pytest.fixture
async def service(folder: Path) -> AsyncIterator[str]:
    """The address of a real service over an empty store."""
    async with serving(server_settings(folder, grpc="127.0.0.1:0")) as address:
        yield address


@pytest.fixture
async def items(service: str) -> AsyncIterator[ItemsClient]:
    """A client of that service."""
    async with ItemsClient(service) as client:
        yield client


def test_every_example_is_listed() -> None:
    listed = [row[0].strip("[`").split("`")[0] for row in rows(page("examples/README.md"), "Which")]
    there = {path.name for path in (ROOT / "examples").iterdir() if path.suffix in {".py", ".sh"}}
    assert sorted(listed) == sorted(there)


async def test_an_internal_service_reserves_each_piece_once(
    service: str, items: ItemsClient, folder: Path
) -> None:
    printed = await run("reserve_stock.py", "--grpc", service, folder=folder)
    assert printed.startswith("4 left")
    await run("reserve_stock.py", "--grpc", service, folder=folder)
    actors = [each.actor async for each in items.revisions("example-desk-lamp")]
    assert sorted(actors) == ["ann", "ann", "bob", "bob", "eve", "eve", "shop", "shop"]


async def test_a_script_renames_over_rest_and_may_be_run_again(
    service: str, items: ItemsClient, folder: Path
) -> None:
    with FacadeProcess(service) as rest:
        rest.wait_until_serving()
        for _ in range(2):
            printed = await run("rename_over_rest.py", "--rest", rest.url(), folder=folder)
    assert printed.startswith("'Desk chair, blue' at revision 2")
    assert (await items.get("example-desk-chair")).name == "Desk chair, blue"


async def test_a_follower_goes_on_where_it_was(
    service: str, items: ItemsClient, folder: Path
) -> None:
    await items.create(id="a", name="A")
    arguments = ("--grpc", service, "--copy", "names.db")
    async with running("follow_changes.py", *arguments, folder=folder) as program:
        await program.says("up to date at revision 1")
        await program.is_interrupted()
    await items.create(id="b", name="B")
    await items.delete("a")
    async with running("follow_changes.py", *arguments, folder=folder) as program:
        await program.says("up to date at revision 3")
        await program.is_interrupted()
    with sqlite3.connect(folder / "names.db") as copy:
        assert copy.execute("SELECT * FROM names").fetchall() == [("b", "B")]
        assert copy.execute("SELECT revision FROM cursor").fetchall() == [(3,)]


@pytest.mark.parametrize("name", sorted(RUNNING))
async def test_a_consumer_has_each_change_once(
    service: str, items: ItemsClient, folder: Path, name: str
) -> None:
    needs(name)
    place = folder / "broker"
    place.mkdir()
    async with RUNNING[name](place) as broker:
        url = broker.url()
        async with open_publisher(publisher_url(url)) as publisher:
            await publisher.declare()
        await items.create(id="a", name="A")
        await items.delete("a")
        await items.create(id="b", name="B")
        with RelayProcess(service, url):
            for last in ("created b", "updated b"):
                arguments = (url, "--copy", "copy.db")
                async with running("consume_events.py", *arguments, folder=folder) as program:
                    await program.says(f"items.v1.item.{last}")
                    await program.is_interrupted(-signal.SIGINT)
                await items.update("b", name="changed")
    with sqlite3.connect(folder / "copy.db") as copy:
        found = copy.execute("SELECT id, item ->> 'name', deleted FROM items ORDER BY id")
        assert found.fetchall() == [("a", "A", 1), ("b", "changed", 0)]


async def test_a_nightly_backup_is_sound_and_keeps_as_many_as_it_is_told(
    items: ItemsClient, folder: Path
) -> None:
    await items.create(id="a", name="A")
    store, backups = f"sqlite:///{folder}/items.db", folder / "backups"
    backups.mkdir()
    for day in ("01", "02"):
        (backups / f"items-202601{day}T000000Z.db").touch()
    printed = await run("nightly_backup.sh", store, str(backups), "2", folder=folder)
    assert "sound" in printed
    kept = sorted(path.name for path in backups.iterdir())
    assert len(kept) == 2
    assert kept[0] == "items-20260102T000000Z.db"


@pytest.mark.parametrize(
    ("name", "flag"), [("reserve_stock.py", "--grpc"), ("rename_over_rest.py", "--rest")]
)
async def test_without_a_service_a_program_ends_with_a_line(
    folder: Path, name: str, flag: str
) -> None:
    nowhere = {"--grpc": f"unix:{folder}/nowhere", "--rest": "http://127.0.0.1:1"}[flag]
    async with running(name, flag, nowhere, folder=folder) as program:
        code, printed = await program.ends()
    assert code == 1
    assert len(printed.splitlines()) == 1
