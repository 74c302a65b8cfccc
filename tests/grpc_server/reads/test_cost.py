"""Which lists are served by an index alone."""

import pytest

from grpc_server.database.query import ItemQuery
from grpc_server.filters.filters import parse_filter
from grpc_server.filters.orders import parse_order_by
from grpc_server.reads.cost import FEW_VERSIONS, Cost, cost_of, cost_of_versions

LOOKUPS = [
    ("", ""),
    ("", "id desc"),
    ("", "name"),
    ("", "name desc"),
    ("labels.a = b", ""),
    ("id = a", ""),
    ("name = a", ""),
]
SEARCHES = [
    ("", "update_time"),
    ("", "name, update_time"),
    ("", "name desc, id"),
    ("", "attributes.a"),
    ("labels.a = b", "name"),
    ("labels.a != b", ""),
    ('name = "a*"', ""),
    ('name = "*a"', ""),
    ("labels.a = b AND labels.c = d", ""),
    ("labels.a = b OR labels.c = d", ""),
    ("NOT labels.a = b", ""),
    ("attributes.a = b", ""),
    ("a", ""),
]


def cost(where: str, order: str) -> Cost:
    return cost_of(ItemQuery(50, where=parse_filter(where), order=parse_order_by(order)))


@pytest.mark.parametrize(("where", "order"), LOOKUPS)
def test_what_an_index_lists_in_order_is_a_lookup(where: str, order: str) -> None:
    assert cost(where, order) is Cost.LOOKUP


@pytest.mark.parametrize(("where", "order"), SEARCHES)
def test_all_else_is_a_search(where: str, order: str) -> None:
    assert cost(where, order) is Cost.SEARCH


def test_small_pages_of_versions_are_lookups_and_large_ones_searches() -> None:
    assert cost_of_versions(FEW_VERSIONS) is Cost.LOOKUP
    assert cost_of_versions(FEW_VERSIONS + 1) is Cost.SEARCH
