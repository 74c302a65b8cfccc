"""A search for filters whose cost grows faster than what they are asked of.

What is measured is the processor time of this thread, which does not depend on what else
the machine does.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
from hypothesis import HealthCheck, example, given, settings, target
from hypothesis import strategies as st

from grpc_server.database.opening import open_store
from grpc_server.database.query import And, Column, Comparison, ItemQuery, Operator
from grpc_server.database.store import Store
from grpc_server.filters.filters import MAX_CHARACTERS, parse_filter
from grpc_server.filters.predicates import matches
from grpc_server.items.errors import InvalidRequest
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add, page

SMALL = 15_000
"""The size of the values that one item has, and the other one has four times as much."""

MARGIN = 3
"""By what factor a measure may be off."""

FLOOR = 0.004
"""Seconds that say nothing, for they are as soon gone by other things."""

_units = st.sampled_from(["a", "ab", "aab", "aba", "b", "ba", "é", "?", "[", "%"])
_pieces = st.builds(
    lambda unit, count, last: unit * count + last,
    _units,
    st.sampled_from([0, 1, 2, 7, 31, 32, 33, 100, 500, 1500]),
    st.sampled_from(["", "b", "c", "a"]),
)
_patterns = st.lists(_pieces, min_size=1, max_size=6).map("*".join)
_many_stars = st.builds(lambda unit, count: f"*{unit}" * count, _units, st.integers(1, 900))
_terms = st.builds(
    "{}attributes.x{}{}".format,
    st.sampled_from(["", "NOT ", "-"]),
    st.sampled_from([" = ", " != ", ":", " < "]),
    st.one_of(_patterns, _many_stars).map(lambda text: f'"{text}"'),
)
_filters = st.builds(
    lambda joined, terms: joined.join(terms),
    st.sampled_from([" AND ", " OR ", " "]),
    st.lists(_terms, min_size=1, max_size=40),
).filter(lambda text: len(text) <= MAX_CHARACTERS)
VALUES = ["a", "ab", "aab", "b", "é", "ba"]


def item(unit: str, times: int) -> pb.Item:
    made = pb.Item(id=f"{VALUES.index(unit)}-{times}")
    made.attributes["x"] = (unit * SMALL)[:SMALL] * times
    return made


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with each value once, and once four times as large."""
    with closing(open_store(f"sqlite:///{tmp_path_factory.mktemp('slow')}/items.db")) as store:
        add(store, *(item(unit, times) for unit in VALUES for times in (1, 4)))
        yield store


def seconds(act: Callable[[], object]) -> float:
    """The processor time that *act* takes, the shortest of three."""

    def once() -> float:
        began = time.thread_time()
        act()
        return time.thread_time() - began

    return min(once() for _ in range(3))


def is_read(text: str) -> bool:
    try:
        parse_filter(text)
    except InvalidRequest:
        return False
    return True


def assert_linear(cost: Callable[[int], float]) -> None:
    """Assert that four times as much costs about four times as much, and look for worse."""
    small, large = cost(1), cost(4)
    target(large / (small + FLOOR))
    assert large < 4 * MARGIN * (small + FLOOR)


readable = _filters.filter(is_read)
found = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
WORST = f'attributes.x = "*{"a" * 4000}b*"'


@given(readable, st.sampled_from(VALUES))
@example(WORST, "a")
@found
def test_a_filter_costs_a_watch_as_much_as_the_values_are_large(text: str, unit: str) -> None:
    condition = parse_filter(text)
    assert condition is not None
    sized = {times: item(unit, times) for times in (1, 4)}
    assert_linear(lambda times: seconds(lambda: matches(condition, sized[times])))


@given(readable, st.sampled_from(VALUES))
@example(WORST, "a")
@found
def test_a_filter_costs_sqlite_as_much_as_the_values_are_large(
    store: Store, text: str, unit: str
) -> None:
    condition = parse_filter(text)
    assert condition is not None

    def read(times: int) -> None:
        this = Comparison(Column.ID, Operator.EQUAL, item(unit, times).id)
        page(store, ItemQuery(1, where=And((this, condition))))

    assert_linear(lambda times: seconds(lambda: read(times)))


@given(st.sampled_from(VALUES), st.integers(0, 4000))
@example("a", 4000)
@found
def test_one_pattern_keeps_sqlite_from_being_interrupted_for_a_moment_only(
    store: Store, unit: str, length: int
) -> None:
    pattern = (unit * length)[:length] + "c"
    condition = parse_filter(f'attributes.x = "*{pattern}*"')
    this = Comparison(Column.ID, Operator.EQUAL, item(unit, 4).id)
    assert condition is not None
    assert seconds(lambda: page(store, ItemQuery(1, where=And((this, condition))))) < 0.05


_scraps = st.sampled_from(
    ["(", ")", "NOT ", "-", "a ", "a=b ", 'a:"*" ', '"', "'", "`", "\\", "*", " AND ", " OR ", "."]
)


@given(st.lists(_scraps, min_size=1, max_size=6).map("".join))
@example("(")
@example("NOT ")
@example("-")
@example("a.")
@example("\\*")
@found
def test_a_filter_is_read_or_refused_in_time_linear_in_its_length(scrap: str) -> None:
    sized = {times: (scrap * 1024)[: 1024 * times] for times in (1, 4)}
    assert_linear(lambda times: seconds(lambda: is_read(sized[times])))
    assert seconds(lambda: is_read(sized[4])) < 0.1
