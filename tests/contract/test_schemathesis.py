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

CALLS = ("examples", "coverage", "fuzzing")
"""The phases of schemathesis in which each call stands for itself."""


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


def assert_run(report: dict[str, Any], *phases: str) -> None:
    """Each of *phases* was run."""
    assert [report["phases"][name]["status"] for name in phases] == ["success"] * len(phases)


@pytest.mark.timeout(900)
def test_calls_are_answered_as_the_document_says(url: str, folder: Path) -> None:
    options = ("--phases", ",".join(CALLS), "--max-examples", "50", "--generation-deterministic")
    report = run(url, folder, *options)
    assert_run(report, *CALLS)
    assert report["operations"]["tested"] == len(OPERATIONS)
    assert report["test_cases"]["generated"] > 1500


@pytest.mark.timeout(900)
def test_chains_of_calls_are_answered_as_the_document_says(url: str, folder: Path) -> None:
    """Each call takes ids, tokens and revisions from the answers before it.

    As ids are made by the server, no run is like another, and Hypothesis gives up a round
    when it notices; so that there is a time to fill with rounds, not a number of chains.
    """
    report = run(url, folder, "--phases", "stateful", "--max-time", "30", "--seed", "7")
    assert_run(report, "stateful")
    assert report["test_cases"]["generated"] > 100


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_many_calls_and_chains_are_answered_as_the_document_says(url: str, folder: Path) -> None:
    """What it prints when it fails ends with the seed that repeats the run."""
    report = run(url, folder, "--max-examples", "1000", "--max-time", "900")
    assert_run(report, *CALLS, "stateful")
