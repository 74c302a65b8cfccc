"""`items store`, as an operator moves a store: with real servers, Ctrl-C, and SIGKILL."""

import asyncio
import re
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from items.v1 import items_pb2 as pb
from store_tools.moving.move import moving
from tests.grpc_server.database.histories import add, get
from tests.items_cli.program import finish, items, start
from tests.processes import ServerProcess
from tests.store_tools.made import make_store
from tests.store_tools.moving.stored import everything
from tests.store_tools.schemas import opened, sql

NOT_FINISHED = "the copy is not finished; stop the servers, and run the command again"


@pytest.fixture
def store(folder: Path) -> str:
    url = f"sqlite:///{folder}/items.db"
    make_store(url)
    return url


@pytest.fixture
def other(folder: Path) -> str:
    return f"sqlite:///{folder}/other.db"


async def test_a_store_is_copied_and_compared(store: str, other: str) -> None:
    copied = await items("store", "copy", store, other)
    assert (copied.code, copied.err) == (0, "")
    assert re.fullmatch(
        rf"store \S+ from {store} to {other}: beginning\n"
        r"9 changes in \d+\.\d s; the copy is finished, at revision 8\n"
        rf"compare them:       items store verify {store} {other}\n"
        rf"start servers with: --store {other}\n"
        rf"let no server write to {store} any more \(--close sees to that\)\n",
        copied.out,
    )
    verified = await items("store", "verify", store, other)
    assert (verified.code, verified.err) == (0, "")
    assert verified.out.splitlines()[0].startswith("at revision 8, store ")
    assert verified.out.splitlines()[-1] == "equal"


async def test_a_difference_is_told_by_exit_code_1(store: str, other: str) -> None:
    await items("store", "copy", store, other)
    sql(other, "UPDATE items SET payload = x'' WHERE id IN ('ed', 'emacs', 'nano', 'vim')")
    verified = await items("store", "verify", store, other)
    assert (verified.code, verified.err) == (1, "")
    assert "rows of items: 5 and 5 DIFFER in ed, emacs, nano and more" in verified.out.splitlines()
    assert verified.out.splitlines()[-1] == "NOT EQUAL"


async def test_what_cannot_be_copied_is_told_by_exit_code_2(store: str, other: str) -> None:
    for there, here in ((other, store), (store, store), (store, "mysql://host/db")):
        outcome = await items("store", "copy", there, here)
        assert (outcome.code, outcome.out) == (2, "")
        assert re.fullmatch(r"error: .+\n", outcome.err)


async def test_a_second_copy_to_one_place_is_told_by_exit_code_2(store: str, other: str) -> None:
    with moving(store, other):
        outcome = await items("store", "copy", store, other)
    assert (outcome.code, outcome.out) == (2, "")
    assert re.fullmatch(r"error: .*other\.db is in use by process \d+\n", outcome.err)


async def test_a_closed_store_is_served_again_when_it_is_reopened(store: str, other: str) -> None:
    await items("store", "copy", "--close", store, other)
    refused = await items("grpc", "--store", store, "--grpc", "127.0.0.1:0")
    assert refused.code != 0
    assert f"the store was moved to {other}" in refused.err
    reopened = await items("store", "reopen", store)
    assert (reopened.code, reopened.err) == (0, "")
    assert reopened.out.startswith("servers may open the store again")
    with opened(store):
        pass


@pytest.fixture
async def server(folder: Path, store: str) -> AsyncIterator[ServerProcess]:
    assert store
    with ServerProcess(folder) as process:
        await asyncio.to_thread(process.wait_until_serving)
        yield process


async def test_a_store_in_use_is_copied_with_follow_only(
    server: ServerProcess, store: str, other: str
) -> None:
    outcome = await items("store", "copy", store, other)
    assert (outcome.code, outcome.err) == (1, "")
    assert outcome.out.splitlines()[-2:] == [
        f"{server.store} is in use by process {server.pid}: {NOT_FINISHED}",
        "--follow copies beside them",
    ]


async def test_a_move_is_finished_by_ctrl_c_when_the_server_is_gone(
    server: ServerProcess, store: str, other: str
) -> None:
    following = await start("store", "copy", "--follow", "--close", store, other)
    await said(following, "Start the servers with")
    server.terminate()
    with opened(store) as left:
        add(left, pb.Item(id="late"))
    following.send_signal(signal.SIGINT)
    outcome = await finish(following)
    assert (outcome.code, outcome.err) == (0, "copying the rest; Ctrl-C again interrupts that\n")
    assert "the copy is finished" in outcome.out
    reopened = await items("store", "reopen", store)
    assert reopened.code == 0
    assert everything(other) == everything(store)
    with opened(other) as moved:
        assert get(moved, "late")


async def test_a_move_is_not_finished_while_a_server_goes_on(
    server: ServerProcess, store: str, other: str
) -> None:
    following = await start("store", "copy", "--follow", "--close", store, other)
    await said(following, "Start the servers with")
    following.send_signal(signal.SIGTERM)
    outcome = await finish(following)
    assert outcome.code == 1
    assert outcome.out.splitlines()[-1].endswith(NOT_FINISHED)
    behind = await items("store", "verify", store, other)
    assert behind.code == 3
    assert "an unfinished copy at" in behind.out.splitlines()[-1]
    server.terminate()
    finished = await items("store", "copy", store, other)
    assert finished.code == 0
    assert "0 changes in" in finished.out
    assert everything(other) == everything(store)


async def said(process: asyncio.subprocess.Process, words: str) -> None:
    """Read what a program says on standard error, until it says *words*."""
    assert process.stderr is not None
    async for line in process.stderr:
        if words in line.decode():
            return
    pytest.fail(f"it did not say {words!r}")
