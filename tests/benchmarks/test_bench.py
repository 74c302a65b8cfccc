"""`python -m benchmarks`, in short versions."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.case import CASES
from benchmarks.load.generator import generator
from benchmarks.memory import many_gets
from benchmarks.promise import too_heavy
from benchmarks.servers.subjects import item_service


def _bench(*arguments: str, seconds: float = 100) -> subprocess.CompletedProcess[str]:
    short = ("--requests", "130", "--rounds", "1", "--known", "20")
    return subprocess.run(
        [sys.executable, "-m", "benchmarks", *short, *arguments],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )


@pytest.fixture(scope="module")
def hopeless() -> subprocess.CompletedProcess[str]:
    """A run that asks for more than any service can do."""
    return _bench("--at-least", "1000000")


def test_a_short_run_prints_a_row_with_figures_for_each_case(
    hopeless: subprocess.CompletedProcess[str],
) -> None:
    assert "aborted" not in hopeless.stderr
    lines = hopeless.stdout.splitlines()
    for case in CASES:
        row = rf"{re.escape(case.name)} +{case.in_flight} +[\d,]+( +\d+\.\d\d){{2,4}}"
        assert sum(bool(re.fullmatch(row, line)) for line in lines) == 1, case
    assert sum(line.startswith("memory ") for line in lines) == 2


def test_a_run_that_falls_short_fails_and_says_where(
    hopeless: subprocess.CompletedProcess[str],
) -> None:
    assert hopeless.returncode == 1
    assert "REST get at 64 in flight is" in hopeless.stderr
    assert "REST create at 64 in flight is" in hopeless.stderr


def test_a_number_that_makes_no_sense_is_refused() -> None:
    run = _bench("--rounds", "0")
    assert run.returncode == 2
    assert "--rounds: 0 is not at least 1" in run.stderr


def test_gets_through_both_doors_leave_the_service_light(folder: Path) -> None:
    reports: list[str] = []
    with generator() as generate, item_service(folder) as service:
        weights = many_gets(generate, service, gets=1000, known=20, report=reports.append)
    assert set(weights) == {"gRPC server", "REST facade"}
    assert too_heavy(weights, megabytes=150) == []
    assert "1,000 gets" in reports[-1]


@pytest.mark.campaign
@pytest.mark.timeout(3600)
def test_a_million_gets_leave_the_service_light() -> None:
    run = _bench("--million-gets", seconds=3600)
    assert run.returncode == 0, run.stderr
    assert "memory after 1,000,000 gets" in run.stdout
