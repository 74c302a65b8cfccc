"""What a comparison means: a field, an operator and a literal become a checked condition."""

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
    Target,
    Value,
)
from grpc_server.filters.literals import (
    Literal,
    instant,
    is_date,
    json_scalar,
    text_parts,
    whole_number,
)
from grpc_server.filters.syntax_errors import Misread, quote
from grpc_server.filters.targets import Field, Map, label, names_field

SEARCHED = (Column.NAME, Column.ID, Column.DESCRIPTION)
"""Where a term without a field is looked for."""

_EQUALITIES = (Operator.EQUAL, Operator.NOT_EQUAL)
_MISWRITTEN = {
    "and": "AND",
    "or": "OR",
    "not": "NOT",
    "&&": "AND",
    "||": "OR",
    "&": "AND",
    "|": "OR",
}

Parts = tuple[str, ...]


def compare(field: Field, operator: Operator, literal: Literal) -> Condition:
    """The condition that *field* compares so with *literal*.

    Raises:
        Misread: the two cannot be compared so.
    """
    match field.target:
        case Map() as name:
            hint = f"compare one of its keys, `{name}.KEY`, or ask for one, `{name}:KEY`"
            raise Misread(field.offset, f"`{name}` cannot be compared", hint)
        case _ if literal.is_star:
            presence = quote(f"{field.written}:*")
            raise literal.misread("`*` alone", f"write {presence} to ask if it is there")
        case Attribute() as attribute:
            return _compare_attribute(attribute, operator, literal)
        case target:
            return _compare(target, operator, _value(target, operator, literal), literal)


def has(field: Field, literal: Literal) -> Condition:
    """The condition that *field* has *literal*: what ``:`` asks.

    Raises:
        Misread: the field cannot have it.
    """
    match field.target:
        case Map() as name:
            return Present(_entry(name, literal))
        case target if literal.is_star:
            return Present(target)
        case Attribute() as attribute:
            return _attribute_has(attribute, literal)
        case Column.ID | Column.NAME | Column.DESCRIPTION as column:
            return _contains(column, text_parts(literal))
        case target:
            value = _value(target, Operator.EQUAL, literal)
            return _compare(target, Operator.EQUAL, value, literal)


def search(literal: Literal) -> Condition:
    """The condition that the text is somewhere in the name, id or description.

    Raises:
        Misread: the word is a field, or a misspelt keyword.
    """
    if not literal.quoted:
        _refuse_slip(literal)
    parts = text_parts(literal)
    return Or(tuple(_contains(column, parts) for column in SEARCHED))


def _refuse_slip(literal: Literal) -> None:
    word = literal.raw
    if keyword := _MISWRITTEN.get(word.lower()):
        raise literal.misread(f"found {quote(word)}", f"write `{keyword}`, or quote it to search")
    if names_field(word):
        raise literal.misread(
            f"the field {quote(word)} alone is no condition",
            "compare it with a value, or quote it to search",
        )
    if "`" in word or '."' in word or ".'" in word:
        raise literal.misread(f"unknown field {quote(word)}")


def _entry(name: Map, literal: Literal) -> Label | Attribute:
    key, *others = text_parts(literal)
    if others:
        raise literal.misread("expected a key, found `*`", f"`{name}:KEY` asks if there is a key")
    return label(key, literal.offset) if name is Map.LABELS else Attribute((key,))


def _value(target: Column | Label, operator: Operator, literal: Literal) -> Parts | Value:
    match target:
        case Label() | Column.ID | Column.NAME | Column.DESCRIPTION:
            return text_parts(literal)
        case Column.REVISION:
            return whole_number(literal)
        case _:
            return _time(operator, literal)


def _time(operator: Operator, literal: Literal) -> Value:
    if operator in _EQUALITIES and is_date(literal):
        day = literal.raw
        raise literal.misread(
            f"{quote(day)} is a day, not a moment", "use `>=` and `<` to ask for a whole day"
        )
    return instant(literal)


def _compare_attribute(target: Attribute, operator: Operator, literal: Literal) -> Condition:
    value = json_scalar(literal)
    if operator not in _EQUALITIES and (value is None or isinstance(value, bool)):
        raise literal.misread(f"{quote(literal.raw)} has no order", "compare it with `=` or `!=`")
    return _compare(target, operator, value, literal)


def _compare(
    target: Target, operator: Operator, value: Parts | Value | None, literal: Literal
) -> Condition:
    match value:
        case (text,):
            return Comparison(target, operator, text)
        case tuple() as parts:
            return _matches(target, operator, parts, literal)
        case _:
            return Comparison(target, operator, value)


def _matches(target: Target, operator: Operator, parts: Parts, literal: Literal) -> Condition:
    matches = Matches(target, parts)
    if operator is Operator.EQUAL:
        return matches
    if operator is not Operator.NOT_EQUAL:
        raise literal.misread(
            f"`*` cannot be compared with `{operator.value}`", r"write `\*` for the character"
        )
    if isinstance(target, Column):
        return And((Present(target), Not(matches)))
    return Not(matches)


def _attribute_has(target: Attribute, literal: Literal) -> Condition:
    match json_scalar(literal):
        case (text,):
            return _is_or_lists(target, text)
        case tuple():
            raise literal.misread(
                "`*` cannot be looked for in a list", r"use `=`, or write `\*` for the character"
            )
        case value:
            return _is_or_lists(target, value)


def _is_or_lists(target: Attribute, value: str | float | bool | None) -> Condition:
    return Or((Comparison(target, Operator.EQUAL, value), Contains(target, value)))


def _contains(target: Column, parts: Parts) -> Matches:
    return Matches(target, ("", *filter(None, parts), ""))
