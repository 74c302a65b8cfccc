"""What an order means, in plain Python: the store must agree."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import total_ordering
from typing import Any

from grpc_server.database.query import Order
from grpc_server.filters.matching import value_at
from items.v1 import items_pb2 as pb


def sort_key(order: Sequence[Order], item: pb.Item) -> list[Any]:
    """Give what to sort *item* by, for Python's `sorted`."""
    return [
        _Descending(key) if each.descending else key
        for each in order
        for key in [_rank(value_at(each.target, item))]
    ]


def _rank(value: Any) -> tuple[int, Any]:
    """Order by type, then by value; what has no order counts as absent."""
    match value:
        case bool():
            return 1, value
        case int() | float():
            return 2, value
        case str() | datetime():
            return 3, value
        case _:
            return 0, 0


@total_ordering
@dataclass(frozen=True)
class _Descending:
    key: tuple[int, Any]

    def __lt__(self, other: "_Descending") -> bool:
        return other.key < self.key
