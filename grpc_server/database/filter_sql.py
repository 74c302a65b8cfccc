"""From a checked filter to SQL.

SQL may say NULL where the filter is false. Only a negation could tell, and
``IS NOT TRUE`` takes NULL for false, so that what is absent stays two-valued.
"""

import operator
from collections.abc import Callable
from datetime import datetime
from functools import singledispatch
from typing import Any

from sqlalchemy import ColumnElement, Exists, and_, exists, false, or_, true

from grpc_server.database import timestamps
from grpc_server.database.json_sql import (
    TEXT,
    attribute_contains,
    attribute_type,
    attribute_value,
    json_operand,
    label_text,
)
from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    Contains,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Present,
    Value,
)
from grpc_server.database.schema import item_labels, items
from grpc_server.database.text_sql import text_matches, text_matches_in_range

Sql = ColumnElement[Any]

_OPERATORS: dict[Operator, Callable[[Any, Any], Any]] = {
    Operator.EQUAL: operator.eq,
    Operator.NOT_EQUAL: operator.ne,
    Operator.LESS: operator.lt,
    Operator.LESS_OR_EQUAL: operator.le,
    Operator.GREATER: operator.gt,
    Operator.GREATER_OR_EQUAL: operator.ge,
}
_LARGEST = 2**63 - 1


@singledispatch
def sql_of(condition: Condition) -> Sql:
    """Give the SQL that is true for the items that *condition* is true for."""
    raise TypeError(f"{type(condition).__name__} is not a condition")


def column_value(value: Value) -> str | float:
    """Give *value* as a column of the table of items holds it.

    An integer beyond those that a database knows stands for the last that it knows.
    """
    match value:
        case datetime():
            return timestamps.from_datetime(value)
        case int():
            return max(-_LARGEST, min(value, _LARGEST))
        case _:
            return value


@sql_of.register
def _comparison(condition: Comparison) -> Sql:
    relation, value = condition.operator, condition.value
    match condition.target:
        case Attribute() as attribute:
            return _attribute_comparison(attribute, relation, value)
        case Label() as label:
            return _label_comparison(label, relation, str(value))
        case Column() as column:
            return _column_comparison(items.c[column], relation, value)


def _column_comparison(column: Sql, relation: Operator, value: Value | None) -> Sql:
    operand = None if value is None else column_value(value)
    if relation is Operator.NOT_EQUAL:
        return column.is_distinct_from(operand)
    return _compare(column, relation, operand)


def _attribute_comparison(attribute: Attribute, relation: Operator, value: Value | None) -> Sql:
    if relation is Operator.NOT_EQUAL:
        return _attribute_comparison(attribute, Operator.EQUAL, value).is_not(true())
    types, operand = json_operand(value)
    has_type = attribute_type(attribute).in_(types)
    if operand is None:
        return has_type
    return and_(has_type, _compare(attribute_value(attribute), relation, operand))


def _label_comparison(label: Label, relation: Operator, value: str) -> Sql:
    if relation is Operator.EQUAL:
        return has_label(label, value)
    if relation is Operator.NOT_EQUAL:
        return ~has_label(label, value)
    return _compare(label_text(label), relation, value)


def _compare(left: Sql, relation: Operator, right: object) -> Sql:
    compared: Sql = _OPERATORS[relation](left, right)
    return compared


def has_label(label: Label, value: str) -> Exists:
    """True if the item has *label* with this *value*; the table of labels is its index."""
    found = exists().where(
        item_labels.c.key == label.key,
        item_labels.c.value == value,
        item_labels.c.item_id == items.c.id,
    )
    return found.correlate(items)


@sql_of.register
def _matches(condition: Matches) -> Sql:
    match condition.target:
        case Attribute() as attribute:
            is_text = attribute_type(attribute).in_(TEXT)
            return and_(is_text, text_matches(attribute_value(attribute), condition.parts))
        case Label() as label:
            return text_matches(label_text(label), condition.parts)
        case Column() as column:
            return text_matches_in_range(items.c[column], condition.parts)


@sql_of.register
def _contains(condition: Contains) -> Sql:
    is_list = attribute_type(condition.target) == "array"
    return and_(is_list, attribute_contains(condition.target, condition.value))


@sql_of.register
def _present(condition: Present) -> Sql:
    match condition.target:
        case Attribute() as attribute:
            return attribute_type(attribute).is_not(None)
        case Label() as label:
            return label_text(label).is_not(None)
        case Column() as column:
            return items.c[column].is_not(None)


@sql_of.register
def _not(condition: Not) -> Sql:
    term, is_negated = condition.term, True
    while isinstance(term, Not):
        term, is_negated = term.term, not is_negated
    return sql_of(term).is_not(true()) if is_negated else sql_of(term)


@sql_of.register
def _and(condition: And) -> Sql:
    return and_(true(), *map(sql_of, condition.terms))


@sql_of.register
def _or(condition: Or) -> Sql:
    return or_(false(), *map(sql_of, condition.terms))
