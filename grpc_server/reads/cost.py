"""The cost of a list, as far as its shape tells: what shares threads with what."""

from enum import Enum

from grpc_server.database.query import (
    Column,
    Comparison,
    Condition,
    ItemQuery,
    Label,
    Operator,
    Order,
)

FEW_VERSIONS = 100
"""The most versions of an item that are read as a lookup."""


class Cost(Enum):
    """A class of reads, each of which has threads of its own."""

    LOOKUP = "lookups"
    """An index leads to what is read, and to little else: milliseconds."""
    SEARCH = "searches"
    """Any number of items may be looked at, or sorted, to find a page: up to the deadline.

    Large pages of the versions of an item are read here, too: they may be megabytes.
    """


def cost_of(query: ItemQuery) -> Cost:
    """Return what a page of *query* costs, however many items there are."""
    is_lookup = _is_by_id(query.order) if query.where else _is_indexed(query.order)
    is_lookup = is_lookup and (query.where is None or _is_one_key(query.where))
    return Cost.LOOKUP if is_lookup else Cost.SEARCH


def cost_of_versions(count: int) -> Cost:
    """Return the cost of a page of *count* versions of an item, each up to 64 KiB."""
    return Cost.LOOKUP if count <= FEW_VERSIONS else Cost.SEARCH


def _is_by_id(order: tuple[Order, ...]) -> bool:
    return order[0].target is Column.ID


def _is_indexed(order: tuple[Order, ...]) -> bool:
    """Whether there is an index in this *order*: by id, or by name and then id."""
    match order:
        case (Order(Column.ID), *_):
            return True
        case (Order(Column.NAME, descending), Order(Column.ID, same)):
            return descending is same
        case _:
            return False


def _is_one_key(where: Condition) -> bool:
    """Whether the index of one key lists, in the order of ids, just what *where* asks for."""
    match where:
        case Comparison(Label() | Column.ID | Column.NAME, Operator.EQUAL):
            return True
        case _:
            return False
