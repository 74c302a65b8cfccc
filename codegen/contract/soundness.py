"""Checks that what the options of a field say fits together."""

import keyword
from collections.abc import Callable
from re import search

from pydantic import BaseModel

from codegen.contract.files import Bound, Bounds, Field, Kind, Shape, TextLimits
from codegen.contract.unsupported import Unsupported

TAKEN = frozenset({*dir(BaseModel), "output_only", "sent_fields", "json_names"})
KNOWN_BEHAVIORS = frozenset({"REQUIRED", "OPTIONAL", "OUTPUT_ONLY", "IDENTIFIER", "IMMUTABLE"})


def check_field(field: Field) -> None:
    """Refuse a field whose options contradict each other or the models.

    Raises:
        Unsupported: They do.
    """
    _check_name(field)
    _check_behaviors(field)
    _check_zero(field)


def _check_name(field: Field) -> None:
    if field.name in TAKEN or keyword.iskeyword(field.name) or field.name.startswith("model_"):
        raise Unsupported(field.full_name, "a name that means something else to a model")


def _check_behaviors(field: Field) -> None:
    for behavior in sorted(field.behaviors - KNOWN_BEHAVIORS):
        raise Unsupported(field.full_name, f"the field_behavior {behavior}")
    if field.limits.required and not field.required:
        raise Unsupported(field.full_name, "a required rule, but no field_behavior REQUIRED")
    if field.identifier and (field.kind, field.shape) != (Kind.STRING, Shape.SINGULAR):
        raise Unsupported(field.full_name, "an IDENTIFIER that is no string")


def _check_zero(field: Field) -> None:
    """An absent field is zero to the rules: it must be clear whether they mind."""
    if field.limits.zero_is_absent and not _can_skip_zero(field):
        raise Unsupported(field.full_name, "IGNORE_IF_ZERO_VALUE without a pattern or uuid")
    if field.limits.text.uuid and not field.limits.zero_is_absent:
        raise Unsupported(field.full_name, "a uuid rule without IGNORE_IF_ZERO_VALUE")
    if not (field.required or field.presence or field.limits.zero_is_absent) and _minds(field):
        raise Unsupported(field.full_name, "a rule that its own zero breaks, but not REQUIRED")


def _can_skip_zero(field: Field) -> bool:
    text = field.limits.text
    fits = field.kind is Kind.STRING and field.shape is Shape.SINGULAR and not field.presence
    return fits and text.min_len is None and (text.pattern is not None or text.uuid)


def _minds(field: Field) -> bool:
    """Whether the rules of *field* refuse its zero value."""
    limits = field.limits
    if field.shape is not Shape.SINGULAR:
        return bool(limits.min_size)
    if field.kind in {Kind.STRING, Kind.BYTES}:
        return _minds_empty_text(limits.text)
    return field.kind is not Kind.MESSAGE and _minds_zero(limits.bounds)


def _minds_empty_text(text: TextLimits) -> bool:
    return bool(text.min_len) or not (text.pattern is None or search(text.pattern, ""))


def _minds_zero(bounds: Bounds) -> bool:
    too_small = _is_number(bounds.gt, lambda gt: gt >= 0) or _is_number(
        bounds.ge, lambda ge: ge > 0
    )
    too_large = _is_number(bounds.lt, lambda lt: lt <= 0) or _is_number(
        bounds.le, lambda le: le < 0
    )
    return too_small or too_large or not (0 in bounds.allowed or not bounds.allowed)


def _is_number(bound: Bound | None, holds: Callable[[float], bool]) -> bool:
    return isinstance(bound, int | float) and holds(bound)
