"""The cost of a JSON body is linear in its size, and bounded, whatever its shape is.

Costs are seconds of the thread that parses, so that other processes do not count.
"""

import gc
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings

from rest_facade.bodies import parse_body
from rest_facade.problems import Problem, refused
from tests.abuse.bodies import Shape, shapes
from tests.processes import FacadeProcess, ServerProcess

SMALL, LARGE, WHOLE = 64 << 10, 512 << 10, 4 << 20

FACTOR = 4
"""How much more than linear the cost may seem to grow: measures of milliseconds vary."""

NOISE = 0.02
"""Seconds that say nothing."""

MOST = 1.0
"""Seconds that any body, and so any step of one, may take."""

MOST_ANSWERED = 256 << 10
"""Bytes of an answer that refuses a body."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the whole, and of its longest step; bytes of the refusal, if it is one."""

    seconds: float
    step: float
    answered: int


def cost_of(shape: Shape, size: int, tries: int = 1) -> Cost:
    """The least cost of some tries; the garbage of others is not counted."""
    raw = shape.body(size)
    gc.collect()
    return min((_cost(shape, raw) for _ in range(tries)), key=lambda cost: cost.seconds)


def _cost(shape: Shape, raw: bytes) -> Cost:
    steps, answered = [], 0
    parsing = parse_body(shape.model, raw)
    while True:
        began = time.thread_time()
        try:
            next(parsing)
        except StopIteration:
            break
        except Problem as problem:
            answered = len(refused(problem, "id").body)
            break
        finally:
            steps.append(time.thread_time() - began)
    return Cost(sum(steps), max(steps), answered)


def grows_linearly(shape: Shape) -> None:
    small, large = cost_of(shape, SMALL, tries=2), cost_of(shape, LARGE)
    expected = small.seconds * (LARGE / SMALL) * FACTOR + NOISE
    if large.seconds > expected:  # a slip of the machine, or of the shape?
        small, large = cost_of(shape, SMALL, tries=5), cost_of(shape, LARGE, tries=5)
        expected = small.seconds * (LARGE / SMALL) * FACTOR + NOISE
    assert large.seconds <= expected
    assert large.answered <= MOST_ANSWERED


def searched(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@given(shape=shapes())
@searched(examples=60)
def test_eight_times_the_body_costs_eight_times_as_much(shape: Shape) -> None:
    grows_linearly(shape)


@given(shape=shapes())
@searched(examples=25)
def test_the_largest_body_of_any_shape_is_parsed_within_a_second(shape: Shape) -> None:
    cost = cost_of(shape, WHOLE)
    assert cost.seconds <= MOST
    assert cost.answered <= MOST_ANSWERED


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@given(shape=shapes())
@searched(examples=3000)
def test_no_shape_of_very_many_costs_more(shape: Shape) -> None:
    grows_linearly(shape)
    assert cost_of(shape, WHOLE).seconds <= MOST
