"""What units load before they are applied, and how much of that comes into memory at once."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any

from grpc_server.database.store import Writing
from grpc_server.items.errors import InvalidRequest
from grpc_server.writes.units import WriteUnit

MAX_LOADED_BYTES = 8 * 1024 * 1024
"""How much the units of one transaction load: items, and answers to request ids."""

FEW_ITEMS = 32
"""So many items are not too much, however large they are."""


def affordable(units: Sequence[WriteUnit[Any]], transaction: Writing) -> int:
    """Return how many of *units*, from the first one on, may be loaded together.

    One at least: whether it may be loaded by itself, `refuse_too_large` tells.
    """
    load = 0
    for count, each in enumerate(_loads(units, transaction)):
        load += each
        if load > MAX_LOADED_BYTES:
            return max(1, count)
    return len(units)


def refuse_too_large(unit: WriteUnit[Any], transaction: Writing) -> None:
    """Raise InvalidRequest if *unit* alone loads too much, as only one of many writes can."""
    (load,) = _loads([unit], transaction)
    if load > MAX_LOADED_BYTES and len({*unit.ids(), *unit.keys()}) > 1:
        raise InvalidRequest.at("writes", "are of items too large for one batch; write fewer")


def _loads(units: Sequence[WriteUnit[Any]], transaction: Writing) -> Iterable[int]:
    """Tell how many bytes each of *units* loads; 0 where that cannot be much."""
    ids = set(chain.from_iterable(unit.ids() for unit in units))
    keys = set(chain.from_iterable(unit.keys() for unit in units))
    if len(ids) <= FEW_ITEMS and len(keys) <= 1:
        return [0] * len(units)
    of_items = transaction.item_sizes(ids) if len(ids) > FEW_ITEMS else {}
    of_answers = transaction.answer_sizes(keys)
    return [_load(unit, of_items, of_answers) for unit in units]


def _load(unit: WriteUnit[Any], of_items: Mapping[str, int], of_answers: Mapping[str, int]) -> int:
    items = sum(of_items.get(item_id, 0) for item_id in unit.ids())
    request_ids = {key.request_id for key in tuple(unit.keys())}
    return items + sum(of_answers.get(request_id, 0) for request_id in request_ids)
