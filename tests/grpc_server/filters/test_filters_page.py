"""Every example of docs/filters.md is what it says it is."""

import re
from itertools import pairwise
from pathlib import Path

import pytest

from grpc_server.filters import orders, tokens
from grpc_server.filters.filters import MAX_CHARACTERS, parse_filter
from grpc_server.filters.orders import parse_order_by
from grpc_server.filters.tokens import MAX_TERMS
from grpc_server.items import attributes
from grpc_server.items.errors import InvalidFilter

PAGE = (Path(__file__).parents[3] / "docs" / "filters.md").read_text(encoding="utf-8")


def rows(*heads: str) -> list[tuple[str, str]]:
    """The first two cells of each row of the tables whose columns have these *heads*."""
    head = r" \| ".join(heads)
    tables = re.findall(rf"^\| {head} \|.*\n[|-]+\n((?:\|.*\n)+)", PAGE, re.MULTILINE)
    assert tables, heads
    return [cells(row) for table in tables for row in table.splitlines()]


def cells(row: str) -> tuple[str, str]:
    first, second = row.strip("| ").split(" | ", 1)
    return code(first), second


def code(cell: str) -> str:
    """What stands in the backticks that enclose *cell*."""
    marks = re.match("`+", cell)
    assert marks, cell
    return cell[marks.end() : -marks.end()]


@pytest.mark.parametrize("text", [text for text, _ in rows("filter")])
def test_a_filter_of_the_page_is_read(text: str) -> None:
    assert parse_filter(text) is not None


@pytest.mark.parametrize(("text", "other"), rows("filter", "the same as"))
def test_filters_that_the_page_calls_the_same_are_the_same(text: str, other: str) -> None:
    assert parse_filter(text) == parse_filter(code(other))


@pytest.mark.parametrize(
    ("text", "other"),
    [
        (text, before)
        for (before, _), (text, meaning) in pairwise(rows("filter"))
        if meaning == "the same"
    ],
)
def test_a_filter_that_the_page_calls_the_same_is_as_the_one_above(text: str, other: str) -> None:
    assert parse_filter(text) == parse_filter(other)


@pytest.mark.parametrize("text", [text for text, _ in rows("order_by")])
def test_an_order_of_the_page_is_read(text: str) -> None:
    assert len(parse_order_by(text)) > 1


@pytest.mark.parametrize(("text", "because"), rows("refused filter"))
def test_a_filter_that_the_page_refuses_is_refused_so(text: str, because: str) -> None:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    assert caught.value.message == f"filter: {because}"


@pytest.mark.parametrize(
    "limit",
    [
        f"{MAX_CHARACTERS} characters and {MAX_TERMS} conditions",
        f"at most {tokens.MAX_DEPTH} deep",
        f"at most {attributes.MAX_DEPTH} levels",
        f"{orders.MAX_KEYS} fields and {orders.MAX_CHARACTERS} characters",
    ],
)
def test_the_page_states_the_limits(limit: str) -> None:
    assert limit in PAGE
