"""schemathesis, with all of its checks, against the two processes, from the served document."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rest_facade.main import OPERATIONS
from tests.processes import FacadeProcess, ServerProcess

ROOT = Path(__file__).parent.parent.parent
CONFIG = Path(__file__).with_name("schemathesis.toml")
COMMAND = (Path(sys.executable).with_name("st"), "--config-file", CONFIG, "--no-color", "run")

PHASES = ("examples", "coverage", "fuzzing", "stateful")


@pytest.fixture
def url(folder: Path) -> Iterator[str]:
    """Where a facade serves in front of a server, neither of which may log a fault."""
    with (
        ServerProcess(folder, min_revision_wait="0.01") as server,
        FacadeProcess(server.address) as facade,
    ):
        server.wait_until_serving()
        facade.wait_until_serving()
        yield facade.url()
        assert not server.faults()
        assert not facade.faults()


def run(url: str, folder: Path, *options: str) -> dict[str, Any]:
    """What schemathesis reports of a run from the document at *url*; it must find nothing."""
    report = folder / "report.json"
    ended = subprocess.run(
        [*COMMAND, f"{url}/openapi.json", "--report-json-path", report, *options],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout
    told: dict[str, Any] = json.loads(report.read_text())
    return told


def assert_complete(report: dict[str, Any]) -> None:
    """Every operation was tested, in every phase."""
    assert report["operations"]["tested"] == len(OPERATIONS)
    assert {name: report["phases"][name]["status"] for name in PHASES} == dict.fromkeys(
        PHASES, "success"
    )


@pytest.mark.timeout(900)
def test_every_check_of_schemathesis_finds_nothing(url: str, folder: Path) -> None:
    report = run(url, folder, "--max-examples", "100", "--generation-deterministic")
    assert_complete(report)
    assert report["test_cases"]["generated"] > 1500


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_every_check_of_schemathesis_finds_nothing_at_random(url: str, folder: Path) -> None:
    """What it prints when it fails ends with the seed that repeats the run."""
    options = ("--max-examples", "1000", "--max-time", "900")
    assert_complete(run(url, folder, *options, "--generation-database", "none"))
