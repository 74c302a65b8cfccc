"""Nobody waits for what one client sends, and no process grows beyond its bound."""

import fcntl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fairness.attack import Attack
from tests.fairness.attacks import ATTACKS
from tests.fairness.service import Service, attacked_service

MOST_MIB = 300
"""The most resident memory of each process, in MiB, whatever is sent."""

LONGEST_WAIT = 1.0
"""Seconds; on an idle machine with two processors it is 0.25 (docs/architecture.md)."""


@contextmanager
def turn() -> Iterator[None]:
    """Wait until no other test attacks: one attack takes all that a small machine has."""
    with (Path(tempfile.gettempdir()) / "items-attack.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@pytest.fixture
def service() -> Iterator[Service]:
    """A service of its own for each attack: memory that was taken once is not given back."""
    with turn(), attacked_service() as running:
        yield running


def test_an_honest_client_alone_does_not_wait(service: Service) -> None:
    with service.observed() as findings:
        pass
    assert findings[0].longest_wait < LONGEST_WAIT
    assert not findings[0].failures


def chosen() -> Iterator[Any]:
    """Return all attacks; all but the first of each dimension belong to the campaign."""
    seen: set[str] = set()
    for attack in (each for each in ATTACKS if each.is_held):
        marks = [pytest.mark.campaign] if attack.dimension in seen else []
        seen.add(attack.dimension)
        yield pytest.param(attack, marks=marks)


@pytest.mark.parametrize("attack", list(chosen()), ids=str)
def test_one_client_stops_nobody(service: Service, attack: Attack) -> None:
    sent = attack.make()
    with service.observed() as findings:
        attack.send(service.target, sent)
    (found,) = findings
    assert service.is_running
    assert not found.failures
    assert found.longest_wait < LONGEST_WAIT, found.errands
    assert found.server_mib < MOST_MIB
    assert found.facade_mib < MOST_MIB
