"""The types of a model's fields, with the limits that Pydantic checks."""

from collections.abc import Iterable
from math import isfinite

from codegen.contract.closure import Model, Variant
from codegen.contract.files import FLOATS, Bound, Bounds, Field, Kind, Shape, TextLimits
from codegen.contract.unsupported import Unsupported
from codegen.contract.well_known import WELL_KNOWN
from codegen.writers.python_source import literal

EXACT = 2**53
"""Below it every whole number has a float of its own."""

NUMBERS = {
    Kind.INT32: "int32",
    Kind.INT64: "int64",
    Kind.UINT32: "uint32",
    Kind.UINT64: "uint64",
    Kind.FLOAT: "float32",
    Kind.DOUBLE: "double",
}


def body_type(model: Model, field: Field) -> str:
    """The type of *field* in the JSON of a body or an answer."""
    if field.shape is Shape.MAP:
        return _map(model, field)
    if field.shape is Shape.REPEATED:
        return _list(field, _body_value(model, field))
    return _body_value(model, field)


def query_type(field: Field) -> str:
    """The type of *field* in a query string or a path.

    Raises:
        Unsupported: A query string does not hold such a thing.
    """
    if field.shape is Shape.MAP:
        raise Unsupported(field.full_name, "a map in a query")
    if field.shape is Shape.REPEATED:
        return _list(field, _query_value(field))
    return _query_value(field)


def _body_value(model: Model, field: Field) -> str:
    match field.kind:
        case Kind.STRING:
            return _string(field)
        case Kind.BYTES:
            return f"Annotated[bytes, base64({_sizes(field.limits.text)})]"
        case Kind.BOOL:
            return "bool"
        case Kind.ENUM:
            defined_only = ", defined_only=True" if field.limits.defined_only else ""
            return f"Annotated[int, enum(pb.{_last(field.type_name)}{defined_only})]"
        case Kind.MESSAGE:
            return _message(model, field)
        case _:
            return _number("", field)


def _message(model: Model, field: Field) -> str:
    known = WELL_KNOWN.get(field.type_name)
    if known is None:
        return model.part_name(field)
    limits = field.limits
    rules = _sizes(limits.text) if known.rule == "bytes" else _bounds(limits.bounds)
    return known.annotation.format(rules).replace("timestamp()", "TIMESTAMP")


def _query_value(field: Field) -> str:
    match field.kind:
        case Kind.STRING:
            return _string(field)
        case Kind.BOOL:
            return "Annotated[bool, QUERY_BOOL]"
        case Kind.INT32 | Kind.INT64:
            return _number("query_", field)
        case _:
            known = WELL_KNOWN.get(field.type_name)
            if known is None or not known.in_query:
                name = field.type_name or field.kind.name.lower()
                raise Unsupported(field.full_name, f"a {name} in a query")
            return known.annotation.format("")


def _number(prefix: str, field: Field) -> str:
    held = "float" if field.kind in FLOATS else "int"
    return f"Annotated[{held}, {prefix}{NUMBERS[field.kind]}({_bounds(field.limits.bounds)})]"


def _bounds(bounds: Bounds) -> str:
    given = {"gt": bounds.gt, "ge": bounds.ge, "lt": bounds.lt, "le": bounds.le}
    written = [f"{name}={_bound(value)}" for name, value in given.items() if value is not None]
    allowed = [f"allowed={list(bounds.allowed)}"] if bounds.allowed else []
    return ", ".join(written + allowed)


def _bound(value: Bound) -> str:
    if isinstance(value, str):
        return literal(value)
    if not isfinite(value):
        return f'float("{value}")'
    is_whole = float(value).is_integer() and abs(value) < EXACT
    return str(int(value)) if is_whole else repr(value)


def _sizes(text: TextLimits) -> str:
    given = {"min_len": text.min_len, "max_len": text.max_len}
    return ", ".join(f"{name}={size}" for name, size in given.items() if size is not None)


def _string(field: Field) -> str:
    limits = field.limits
    notes = list(_text_notes(limits.text, zero_is_absent=limits.zero_is_absent))
    return _annotated("str", [*notes, "Identifier()"] if field.identifier else notes)


def _list(field: Field, value: str) -> str:
    limits = field.limits
    notes = _constraints(min_length=limits.min_size, max_length=limits.max_size)
    return _annotated(f"list[{value}]", [*notes, "Unique()"] if limits.unique else notes)


def _map(model: Model, field: Field) -> str:
    key = _annotated("str", list(_text_notes(field.limits.keys)))
    value = _body_value(model, field)
    choice = f"{value} | None" if model.variant is Variant.PATCH else value
    notes = _constraints(min_length=field.limits.min_size, max_length=field.limits.max_size)
    return _annotated(f"dict[{key}, {choice}]", notes)


def _text_notes(limits: TextLimits, *, zero_is_absent: bool = False) -> Iterable[str]:
    pattern = limits.pattern
    if pattern is not None and zero_is_absent:
        pattern = f"^$|{pattern}"
    yield from _constraints(min_length=limits.min_len, max_length=limits.max_len, pattern=pattern)
    if pattern is None:
        yield "Uuid()" if limits.uuid else "UNICODE"


def _constraints(**limits: int | str | None) -> list[str]:
    given = [
        f"{name}={literal(limit) if isinstance(limit, str) else limit}"
        for name, limit in limits.items()
        if limit is not None
    ]
    return [f"Field({', '.join(given)})"] if given else []


def _annotated(value: str, notes: list[str]) -> str:
    return f"Annotated[{', '.join([value, *notes])}]" if notes else value


def _last(full_name: str) -> str:
    return full_name.rpartition(".")[2]
