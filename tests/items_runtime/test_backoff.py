"""Pauses between attempts double, end at the longest, and differ from process to process."""

import pytest

from items_runtime.backoff import Backoff


def test_pauses_double_up_to_the_longest() -> None:
    backoff = Backoff(0.1, 1.0, jitter=0)
    pauses = [backoff.pause(failures) for failures in range(1, 7)]
    assert pauses == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.0, 1.0])


def test_no_number_of_failures_is_too_large() -> None:
    assert Backoff(0.1, 1.0, jitter=0).pause(10**6) == 1.0


@pytest.mark.parametrize(("random", "pause"), [(0.0, 0.4), (0.5, 0.3), (1.0, 0.2)])
def test_a_random_part_is_taken_off(random: float, pause: float) -> None:
    assert Backoff(0.1, 1.0, randomness=lambda: random).pause(3) == pytest.approx(pause)


def test_two_processes_do_not_come_back_together() -> None:
    backoff = Backoff(1.0, 1.0)
    pauses = {backoff.pause(1) for _ in range(20)}
    assert len(pauses) > 1
    assert all(0.5 <= pause <= 1.0 for pause in pauses)
