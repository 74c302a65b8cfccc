"""Nobody waits for what one client sends, and no process grows beyond its bound."""

from collections.abc import Iterator

import pytest

from tests.fairness.attack import Attack
from tests.fairness.attacks import ATTACKS
from tests.fairness.service import Service, attacked_service

LONGEST_WAIT = 1.0
"""Seconds; on an idle machine with two processors it is 0.25 (docs/architecture.md)."""

MOST_MIB = 300
"""How much memory each process may hold, whatever is sent."""


@pytest.fixture(scope="module")
def service() -> Iterator[Service]:
    with attacked_service() as running:
        yield running


def test_an_honest_client_alone_does_not_wait(service: Service) -> None:
    with service.observed() as findings:
        pass
    assert findings[0].longest_wait < LONGEST_WAIT
    assert not findings[0].failures


@pytest.mark.parametrize("attack", ATTACKS, ids=str)
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
