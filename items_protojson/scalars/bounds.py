"""Bounds: between what a number, a duration or a time must be."""

import operator
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, LiteralString, TypedDict

from items_protojson.scalars.refusal import refusal


class Bounds(TypedDict, total=False):
    """Above, from, below and up to what a value must be, or that it must be one of *allowed*.

    What is not a number is within no bounds, as in protovalidate.
    """

    gt: Any
    ge: Any
    lt: Any
    le: Any
    allowed: Sequence[Any]


@dataclass(frozen=True, slots=True)
class Check:
    """What holds for a good value, and how a bad one is refused."""

    is_kept: Callable[[Any], bool]
    kind: LiteralString
    message: LiteralString
    bound: object


COMPARISONS: Final[dict[str, tuple[Callable[[Any, Any], bool], LiteralString, LiteralString]]] = {
    "gt": (operator.lt, "greater_than", "must be more than {bound}"),
    "ge": (operator.le, "greater_than_equal", "must be at least {bound}"),
    "lt": (operator.gt, "less_than", "must be less than {bound}"),
    "le": (operator.ge, "less_than_equal", "must be at most {bound}"),
}
"""By the name of a bound: how it compares to a good value, and what is said of a bad one."""

SCHEMA_NAMES: Final = {
    "gt": "exclusiveMinimum",
    "ge": "minimum",
    "lt": "exclusiveMaximum",
    "le": "maximum",
}


def bounded(
    read: Callable[[Any], Any], bounds: Bounds, order: Callable[[Any], Any] = lambda value: value
) -> Callable[[Any], Any]:
    """*read*, which then holds what it has read to *bounds*.

    Values and bounds are compared by their *order*.
    """
    checks = tuple(_checks(bounds, order))
    if not checks:
        return read

    def read_bounded(value: object) -> Any:
        found = read(value)
        placed = order(found)
        for check in checks:
            if not check.is_kept(placed):
                raise refusal(check.kind, check.message, bound=check.bound)
        return found

    return read_bounded


def schema_of(bounds: Bounds) -> dict[str, Any]:
    """The keywords of JSON Schema that say what *bounds*, of numbers, do."""
    given: dict[str, Any] = dict(bounds)
    allowed = {"enum": list(given["allowed"])} if given.get("allowed") else {}
    return {name: given[key] for key, name in SCHEMA_NAMES.items() if key in given} | allowed


def _checks(bounds: Bounds, order: Callable[[Any], Any]) -> Iterator[Check]:
    given: dict[str, Any] = dict(bounds)
    for name, (compare, kind, message) in COMPARISONS.items():
        if name in given:
            yield Check(partial(compare, order(given[name])), kind, message, _shown(given[name]))
    if allowed := given.get("allowed"):
        words = ", ".join(map(str, allowed))
        yield Check(frozenset(allowed).__contains__, "not_allowed", "must be one of {bound}", words)


def _shown(bound: Any) -> object:
    return bound.ToJsonString() if hasattr(bound, "ToJsonString") else bound
