import asyncio
import json
import signal
from pathlib import Path

import pytest

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from items_cli.output.change_text import change_lines
from items_client import ItemsClient, writes
from tests.items_cli.program import Outcome, finish, items, start
from tests.servers import server_settings


@pytest.fixture
async def history(client: ItemsClient) -> None:
    """Three revisions of one item, and one with two items."""
    await client.create(id="vim", name="Vim", labels={"tier": "gold"})
    await client.update("vim", name="Vim 9", labels={"tier": None})
    await client.delete("vim")
    await client.batch_write([writes.create(id=name, name=name) for name in ("ed", "sed")])


async def watch(service: str, *arguments: str) -> Outcome:
    """Watch everything from the beginning."""
    return await items("watch", "--from", "0", "--grpc", service, *arguments)


async def line_of(process: asyncio.subprocess.Process) -> str:
    """The next line that *process* prints."""
    assert process.stdout is not None
    return (await process.stdout.readline()).decode()


@pytest.mark.usefixtures("history")
async def test_each_change_is_a_line(service: str) -> None:
    outcome = await watch(service, "--limit", "5")
    assert (outcome.code, outcome.err) == (0, "")
    assert [line.split()[2:] for line in outcome.out.splitlines()] == [
        ["1", "created", "vim", "Vim"],
        ["2", "updated", "vim", "Vim", "9"],
        ["3", "deleted", "vim", "Vim", "9"],
        ["4", "created", "ed", "ed"],
        ["4", "created", "sed", "sed"],
    ]


@pytest.mark.usefixtures("history")
async def test_it_ends_after_as_many_changes_as_asked(service: str) -> None:
    outcome = await watch(service, "--limit", "4")
    assert len(outcome.out.splitlines()) == 4


@pytest.mark.usefixtures("history")
async def test_as_json_each_revision_is_a_line(service: str) -> None:
    outcome = await watch(service, "--json", "--limit", "5")
    commits = [json.loads(line) for line in outcome.out.splitlines()]
    assert [commit["revision"] for commit in commits] == ["1", "2", "3", "4"]
    assert [change["item"]["id"] for change in commits[3]["changes"]] == ["ed", "sed"]


@pytest.mark.usefixtures("history")
async def test_with_a_filter_items_enter_and_leave(service: str) -> None:
    outcome = await watch(service, "--filter", 'labels.tier = "gold"', "--limit", "2")
    entering, leaving = outcome.out.splitlines()
    assert entering.endswith("vim  Vim  (enters the filter)")
    assert leaving.endswith("vim  Vim 9  (leaves the filter)")


@pytest.mark.usefixtures("history")
async def test_with_the_previous_version_what_differs_is_named(service: str) -> None:
    outcome = await watch(service, "--previous", "--limit", "2")
    assert outcome.out.splitlines()[1].endswith("(changed: name labels.tier)")


@pytest.mark.usefixtures("history")
async def test_a_stream_that_keeps_its_guarantees_is_verified(service: str) -> None:
    outcome = await watch(service, "--verify", "--limit", "5")
    assert outcome.code == 0
    assert outcome.err == "Verified 5 changes: every guarantee was kept.\n"


@pytest.mark.usefixtures("history")
async def test_ctrl_c_tells_where_to_go_on(service: str) -> None:
    process = await start("watch", "--snapshot", "--grpc", service)
    assert (await line_of(process)).split()[2:] == ["4", "present", "ed", "ed"]
    assert "sed" in await line_of(process)
    process.send_signal(signal.SIGINT)
    outcome = await finish(process)
    assert outcome.code == 130
    assert outcome.err == "Ended at revision 4. To resume from there: --from 4\n"


async def test_it_goes_on_when_the_service_is_back_and_says_so(folder: Path) -> None:
    settings = server_settings(folder)
    async with serving(settings) as address, ItemsClient(address) as client:
        await client.create(id="vim", name="Vim")
        process = await start("watch", "--from", "0", "--verify", "--grpc", address)
        assert "created" in await line_of(process)
    async with serving(settings), ItemsClient(address) as client:
        await client.delete("vim")
        assert "deleted" in await line_of(process)
        process.send_signal(signal.SIGINT)
        outcome = await finish(process)
    interrupted, connected, ended, verified = outcome.err.splitlines()
    assert interrupted.startswith("Interrupted: ")
    assert connected == "Connected again."
    assert ended == "Ended at revision 2. To resume from there: --from 2"
    assert verified == "Verified 2 changes: every guarantee was kept."


async def test_a_revision_from_the_future_is_an_error(service: str) -> None:
    outcome = await items("watch", "--from", "9", "--grpc", service)
    assert outcome.code == 1
    assert "REVISION_IN_FUTURE" in outcome.err


async def test_a_watch_has_one_beginning(service: str) -> None:
    outcome = await watch(service, "--snapshot")
    assert outcome.code == 2
    assert "--snapshot and --from cannot be combined" in outcome.err


def test_a_name_cannot_act_on_the_terminal() -> None:
    item = pb.Item(id="vim", name="\x1b[2J")
    change = pb.ItemChange(kind=pb.CHANGE_KIND_CREATED, item=item)
    (line,) = change_lines(pb.ItemChanges(revision=1, changes=[change]))
    assert line.endswith("vim  \\x1b[2J")
