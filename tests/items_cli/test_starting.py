"""Starts that fail: the cause is the last line, in a sentence."""

import os
import sys
from asyncio import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.items_cli.program import Outcome, finish, items, plain_environment
from tests.items_cli.test_serve import taken_port
from tests.processes import ServerProcess

FREE = ("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0")
NOBODY = "postgresql://127.0.0.1:1/items?connect_timeout=2"
MODULES = ("grpc_server", "rest_facade", "items_events", "items_events.ingest")


async def serve(store: str, *flags: str, **settings: str) -> Outcome:
    """`items serve` with variables that are named as settings are."""
    env = {f"ITEMS_{name.upper()}": value for name, value in settings.items()}
    return await items("serve", "--store", store, *FREE, *flags, env=env)


def plain(outcome: Outcome) -> list[str]:
    """The lines of standard error that are no events of the log."""
    assert "Traceback" not in outcome.err
    return [line for line in outcome.err.splitlines() if not line.startswith("{")]


@pytest.fixture
def store(folder: Path) -> str:
    return f"sqlite:///{folder}/items.db"


async def test_a_folder_that_is_mistyped_is_not_made(folder: Path) -> None:
    outcome = await serve(f"sqlite:///{folder}/dta/items.db")
    assert outcome.code == 1
    assert outcome.out == ""
    (line,) = plain(outcome)
    assert outcome.err.endswith(f"{line}\n")
    assert line == (
        f"error: the gRPC server cannot serve: there is no folder {folder}/dta;"
        f" if the path is right, run: mkdir -p {folder}/dta"
    )
    assert not (folder / "dta").exists()


async def test_a_database_that_does_not_answer_is_the_last_line() -> None:
    outcome = await serve(NOBODY)
    assert outcome.code == 1
    (line,) = plain(outcome)
    assert line.startswith("error: the gRPC server cannot serve: postgresql://127.0.0.1:1/items")
    assert "Connection refused" in line


async def test_a_file_that_is_in_use_is_named_with_its_owner(folder: Path, store: str) -> None:
    with ServerProcess(folder) as server:
        server.wait_until_serving()
        outcome = await serve(store)
    assert outcome.code == 1
    said = f"{folder}/items.db is in use by process {server.pid}"
    assert plain(outcome) == [f"error: the gRPC server cannot serve: {said}"]


async def test_wrong_settings_are_told_once_by_the_name_of_their_variables(store: str) -> None:
    outcome = await serve(store, grpc_drain="-3")
    assert outcome.code == 2
    (line,) = plain(outcome)
    assert outcome.err.endswith(f"{line}\n")
    assert line == (
        "error: the gRPC server cannot serve: ITEMS_GRPC_DRAIN (--grpc-drain) is '-3': it must"
        " be a duration, in seconds or ISO 8601 (PT30S, P30D); for example 3"
    )


async def test_metrics_at_a_port_that_is_taken_are_told_with_their_variable(store: str) -> None:
    with taken_port() as address:
        outcome = await serve(store, grpc_metrics=address)
    assert outcome.code == 1
    assert outcome.err == (
        f"error: cannot listen on {address}: another program uses it."
        " Choose another with ITEMS_GRPC_METRICS=HOST:PORT; port 0 takes a free one.\n"
    )


@pytest.mark.parametrize(
    ("missing", "settings", "said"),
    [
        (
            "pygrpc_native",
            {"grpc_engine": "native"},
            "the native engine is not installed; run: pip install 'item-service[native]'",
        ),
        (
            "psycopg",
            {"store": NOBODY},
            "the driver of PostgreSQL is not installed; run: pip install 'item-service[postgres]'",
        ),
    ],
)
async def test_an_extra_that_is_missing_is_told_with_the_command_that_installs_it(
    folder: Path, store: str, missing: str, settings: dict[str, str], said: str
) -> None:
    env = without(folder, missing) | {f"ITEMS_{k.upper()}": v for k, v in settings.items()}
    outcome = await items("serve", *FREE, env={"ITEMS_STORE": store} | env)
    assert outcome.code == 1
    (line,) = plain(outcome)
    assert line.startswith(f"error: the gRPC server cannot serve: {said}")
    alone = await items("grpc", env={"ITEMS_STORE": store, "ITEMS_LOG_FORMAT": "console"} | env)
    assert (alone.code, alone.err.count("\n")) == (1, 1)
    assert alone.err.startswith(f"error: {said}")


def without(folder: Path, module: str) -> dict[str, str]:
    """An environment in which *module* is not installed."""
    (folder / "sitecustomize.py").write_text(f"import sys\nsys.modules['{module}'] = None\n")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{os.environ.get('PYTHONPATH', '')}"}


@pytest.mark.parametrize("module", MODULES)
async def test_every_process_tells_wrong_settings_in_the_same_way(module: str) -> None:
    outcome = await run(module, {"ITEMS_LOG_LEVEL": "loud", "ITEMS_LOG_FORMAT": "xml"})
    assert outcome.code == 2
    heading, *lines = outcome.err.splitlines()
    assert heading.startswith("error: ")
    assert heading.endswith(" settings are wrong:")
    names = {line.split()[0] for line in lines}
    assert names >= {"ITEMS_LOG_LEVEL", "ITEMS_LOG_FORMAT"}
    assert "Traceback" not in outcome.err
    assert "pydantic" not in outcome.err


async def test_unknown_variables_are_told_once_and_by_the_right_name(folder: Path) -> None:
    outcome = await serve(f"sqlite:///{folder}/dta/items.db", grpc_drian="1", log_format="json")
    warnings = [line for line in outcome.err.splitlines() if "ITEMS_GRPC_DRIAN" in line]
    assert warnings == [
        "warning: ITEMS_GRPC_DRIAN is no setting, and is ignored; did you mean ITEMS_GRPC_DRAIN?"
    ]


async def test_a_process_alone_warns_of_unknown_variables_in_its_log(folder: Path) -> None:
    env = {"ITEMS_STORE": f"sqlite:///{folder}/dta/items.db", "ITEMS_STROE": "x"}
    outcome = await run("grpc_server", env)
    warning, failure = outcome.err.splitlines()
    assert '"variable":"ITEMS_STROE"' in warning
    assert '"level":"warning"' in warning
    assert '"event":"cannot serve"' in failure


async def run(module: str, env: Mapping[str, str]) -> Outcome:
    """`python -m` *module*, to its end."""
    process = await subprocess.create_subprocess_exec(
        *(sys.executable, "-m", module),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**plain_environment(), **env},
    )
    return await finish(process)
