"""From a checked filter to SQL.

SQL may say NULL where the filter is false. Only a negation could tell, and
``IS NOT TRUE`` takes NULL for false, so that what is absent stays two-valued.
"""

from datetime import datetime
from functools import singledispatch

from sqlalchemy import and_, exists, false, or_, true

from grpc_server.database.dialects import Sql
from grpc_server.database.queries.json_sql import (
    Kind,
    attribute_contains,
    attribute_equals,
    attribute_exists,
    attribute_is,
    attribute_number,
    attribute_text,
    json_operand,
    label_text,
)
from grpc_server.database.queries.text_sql import compared, text_matches, text_matches_in_range
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
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.tables import item_labels, items

_LARGEST = 2**63 - 1


@singledispatch
def sql_of(condition: Condition, name: Sql = items.c.name) -> Sql:
    """Return the SQL that is true for the items for which *condition* is true.

    *name* stands for the name of an item.
    """
    del name
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
def _comparison(condition: Comparison, name: Sql = items.c.name) -> Sql:
    relation, value = condition.operator, condition.value
    match condition.target:
        case Attribute() as attribute:
            return _attribute_comparison(attribute, relation, value)
        case Label() as label:
            return _label_comparison(label, relation, str(value))
        case Column() as column:
            return _column_comparison(_column(column, name), relation, value)


def _column(column: Column, name: Sql) -> Sql:
    return name if column is Column.NAME else items.c[column]


def _column_comparison(column: Sql, relation: Operator, value: Value | None) -> Sql:
    operand = None if value is None else column_value(value)
    if relation is Operator.NOT_EQUAL:
        return compared(column, Operator.EQUAL, operand).is_not(true())
    return compared(column, relation, operand)


def _attribute_comparison(attribute: Attribute, relation: Operator, value: Value | None) -> Sql:
    if relation is Operator.EQUAL:
        return attribute_equals(attribute, value)
    if relation is Operator.NOT_EQUAL:
        return attribute_equals(attribute, value).is_not(true())
    kind, operand = json_operand(value)
    side = attribute_text(attribute) if kind is Kind.TEXT else attribute_number(attribute)
    return and_(attribute_is(attribute, kind), compared(side, relation, operand))


def _label_comparison(label: Label, relation: Operator, value: str) -> Sql:
    if relation is Operator.EQUAL:
        return has_label(label, value)
    if relation is Operator.NOT_EQUAL:
        return ~has_label(label, value)
    return compared(label_text(label), relation, value)


def has_label(label: Label, value: str) -> Sql:
    """True if the item has *label* with this *value*; the table of labels is its index."""
    if "\0" in label.key or "\0" in value:
        return false()
    found = exists().where(
        item_labels.c.key == label.key,
        item_labels.c.value == value,
        item_labels.c.item_id == items.c.id,
    )
    return found.correlate(items)


@sql_of.register
def _matches(condition: Matches, name: Sql = items.c.name) -> Sql:
    match condition.target:
        case Attribute() as attribute:
            is_text = attribute_is(attribute, Kind.TEXT)
            return and_(is_text, text_matches(attribute_text(attribute), condition.parts))
        case Label() as label:
            return text_matches(label_text(label), condition.parts)
        case Column() as column:
            return text_matches_in_range(_column(column, name), condition.parts)


@sql_of.register
def _contains(condition: Contains, _name: Sql = items.c.name) -> Sql:
    is_list = attribute_is(condition.target, Kind.LIST)
    return and_(is_list, attribute_contains(condition.target, condition.value))


@sql_of.register
def _present(condition: Present, name: Sql = items.c.name) -> Sql:
    match condition.target:
        case Attribute() as attribute:
            return attribute_exists(attribute)
        case Label() as label:
            return label_text(label).is_not(None)
        case Column() as column:
            return _column(column, name).is_not(None)


@sql_of.register
def _not(condition: Not, name: Sql = items.c.name) -> Sql:
    term, is_negated = condition.term, True
    while isinstance(term, Not):
        term, is_negated = term.term, not is_negated
    found = sql_of(term, name)
    return found.is_not(true()) if is_negated else found


@sql_of.register
def _and(condition: And, name: Sql = items.c.name) -> Sql:
    return and_(true(), *(sql_of(term, name) for term in condition.terms))


@sql_of.register
def _or(condition: Or, name: Sql = items.c.name) -> Sql:
    return or_(false(), *(sql_of(term, name) for term in condition.terms))
