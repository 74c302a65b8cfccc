"""Predicates: filters made ready to be asked of many items, in plain Python.

The store answers the same question in SQL; property tests hold the two together. A term
costs at most about the size of the value that it looks at, and each value is read once,
however many terms look at it.
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from grpc_server.database.query import (
    And,
    Column,
    Comparison,
    Condition,
    Contains,
    Matches,
    Not,
    Operator,
    Or,
    Present,
    Target,
)
from grpc_server.database.wildcards import has_parts
from grpc_server.filters.matching import ABSENT, as_double, kind_of, value_at
from items.v1 import items_pb2 as pb

_UNREAD = object()
_RELATIONS: dict[Operator, Callable[[Any, Any], bool]] = {
    Operator.EQUAL: operator.eq,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}


class _Values:
    """The values of one item at *targets*, each of them read when it is first asked for."""

    __slots__ = ("_found", "_item", "_members", "_targets")

    def __init__(self, item: pb.Item, targets: Sequence[Target]) -> None:
        self._item = item
        self._targets = targets
        self._found: list[Any] = [_UNREAD] * len(targets)
        self._members: dict[int, frozenset[Any]] = {}

    def at(self, place: int) -> Any:
        found = self._found[place]
        if found is _UNREAD:
            found = self._found[place] = value_at(self._targets[place], self._item)
        return found

    def members(self, place: int) -> frozenset[Any]:
        """The scalars of the list at *place*, each with its kind; none if it is no list."""
        members = self._members.get(place)
        if members is None:
            found = self.at(place)
            each = found if isinstance(found, list) else ()
            members = frozenset((kind_of(one), one) for one in each if _is_scalar(one))
            self._members[place] = members
        return members


_Test = Callable[[_Values], bool]


class Predicate:
    """Tells of items whether they match *condition*."""

    def __init__(self, condition: Condition) -> None:
        self._places: dict[Target, int] = {}
        self._test = self._made(condition)
        self._targets = tuple(self._places)

    def __call__(self, item: pb.Item) -> bool:
        """Return whether *item* matches."""
        return self._test(_Values(item, self._targets))

    def _made(self, condition: Condition) -> _Test:
        match condition:
            case Not(term):
                return _not(self._made(term))
            case And(terms):
                return _all([self._made(term) for term in terms])
            case Or(terms):
                return _any([self._made(term) for term in terms])
            case leaf:
                place = self._places.setdefault(leaf.target, len(self._places))
                return _leaf(place, leaf)


def matches(condition: Condition, item: pb.Item) -> bool:
    """Return whether *condition* is true for *item*."""
    return Predicate(condition)(item)


def _leaf(place: int, condition: Comparison | Matches | Contains | Present) -> _Test:
    match condition:
        case Comparison():
            return _compares(place, condition)
        case Matches():
            return _has_parts(place, condition.parts)
        case Contains():
            return _contains(place, as_double(condition.value))
        case Present():
            return lambda values: values.at(place) is not ABSENT


def _not(term: _Test) -> _Test:
    return lambda values: not term(values)


def _all(terms: Sequence[_Test]) -> _Test:
    def test(values: _Values) -> bool:
        for term in terms:  # noqa: SIM110  # a generator would cost twice as much
            if not term(values):
                return False
        return True

    return test


def _any(terms: Sequence[_Test]) -> _Test:
    def test(values: _Values) -> bool:
        for term in terms:  # noqa: SIM110  # likewise
            if term(values):
                return True
        return False

    return test


def _compares(place: int, comparison: Comparison) -> _Test:
    wanted = comparison.value
    if not isinstance(comparison.target, Column):
        wanted = as_double(wanted)
    if comparison.operator is Operator.NOT_EQUAL:
        return _not(_relates(place, operator.eq, wanted))
    return _relates(place, _RELATIONS[comparison.operator], wanted)


def _relates(place: int, relation: Callable[[Any, Any], bool], wanted: Any) -> _Test:
    kind = kind_of(wanted)

    def test(values: _Values) -> bool:
        found = values.at(place)
        return kind_of(found) is kind and relation(found, wanted)

    return test


def _has_parts(place: int, parts: Sequence[str]) -> _Test:
    def test(values: _Values) -> bool:
        found = values.at(place)
        return isinstance(found, str) and has_parts(found, parts)

    return test


def _contains(place: int, wanted: Any) -> _Test:
    member = (kind_of(wanted), wanted)
    return lambda values: member in values.members(place)


def _is_scalar(value: Any) -> bool:
    return value is None or isinstance(value, str | float | bool)
