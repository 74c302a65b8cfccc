"""Writes the converters: from a model to its message, and from a message to JSON."""

from collections.abc import Iterable

from codegen.contract.closure import Model, Variant
from codegen.contract.files import FLOATS, Enumeration, Field, File, Kind, Shape
from codegen.contract.well_known import WELL_KNOWN
from codegen.writers.python_source import docstring, literal, snake

ZEROS = {
    Kind.STRING: '""',
    Kind.BOOL: "False",
    Kind.BYTES: 'b""',
    Kind.INT32: "0",
    Kind.INT64: "0",
    Kind.UINT32: "0",
    Kind.UINT64: "0",
    Kind.ENUM: "0",
}


USED = frozenset({"element", "has", "json", "list", "message", "str"})
"""Names that the functions use, and a field may have."""

WRITERS = {
    Kind.BYTES: "base64_to_json",
    Kind.INT64: "str",
    Kind.UINT64: "str",
    Kind.FLOAT: "float32_to_json",
    Kind.DOUBLE: "double_to_json",
}


def write_converters(file: File, models: Iterable[Model]) -> str:
    """The functions for *models*, and the tables of names that they use."""
    functions = []
    for model in models:
        if model.read:
            functions.append(_to_proto(model))
        if model.written:
            functions.append(_to_json(model))
    body = "\n\n\n".join(functions)
    tables = [_names(enum) for enum in file.enums.values() if _table(enum.full_name) in body]
    about = docstring(f"Writes the messages of {file.path} from models and as JSON.", indent="")
    return "\n\n\n".join([about, *tables, body])


def _table(enum: str) -> str:
    return f"{snake(enum.rpartition('.')[2]).upper()}_NAMES"


def _names(enum: Enumeration) -> str:
    names = ", ".join(f"{number}: {literal(name)}" for number, name in enum.values)
    return f"{_table(enum.full_name)}: Final[Mapping[int, str]] = {{{names}}}"


def _to_proto(model: Model) -> str:
    message = f"pb.{model.message.proto_name}"
    writable = [field for field in model.message.fields if not field.output_only]
    arguments = ", ".join(f"{field.name}={_argument(model, field)}" for field in writable)
    about = docstring(f"The {model.message.proto_name} that *model* describes.")
    signature = f"def {snake(model.name)}_to_proto(model: models.{model.name}) -> {message}:"
    return f"{signature}\n{about}\n    return {message}({arguments})"


def _argument(model: Model, field: Field) -> str:
    value = f"model.{field.name}"
    needed = model.needs(field)
    is_part = field.kind is Kind.MESSAGE and field.type_name not in WELL_KNOWN
    if field.shape is Shape.MAP and (is_part or model.variant is Variant.PATCH):
        return _map_argument(model, field, value, is_part=is_part)
    if is_part:
        return _part_argument(model, field, value, needed=needed)
    return plain_argument(field, value, needed=needed)


def _map_argument(model: Model, field: Field, value: str, *, is_part: bool) -> str:
    """The entries of a map; in a patch, those that are not removed."""
    held = f"{_converter(model, field)}(value)" if is_part else "value"
    kept = " if value is not None" if model.variant is Variant.PATCH else ""
    return _cast(field, f"{{key: {held} for key, value in ({value} or {{}}).items(){kept}}}")


def plain_argument(field: Field, value: str, *, needed: bool) -> str:
    """What the constructor of a message is given for *field*, whose model holds *value*.

    A field without presence takes zero for what is absent, the others take None.
    """
    if needed or field.presence or field.shape is not Shape.SINGULAR:
        return _cast(field, value)
    if field.kind in FLOATS:
        return f"0.0 if {value} is None else {value}"  # -0.0 is false, but a value
    return _cast(field, f"{value} or {ZEROS[field.kind]}")


def _cast(field: Field, given: str) -> str:
    if field.kind is not Kind.ENUM:
        return given
    held = f"pb.{_last(field.type_name)}.ValueType"
    shaped = {
        Shape.SINGULAR: held,
        Shape.REPEATED: f"list[{held}]",
        Shape.MAP: f"dict[str, {held}]",
    }
    return f'cast("{shaped[field.shape]}", {given})'


def _converter(model: Model, field: Field) -> str:
    return f"{snake(model.part_name(field))}_to_proto"


def _part_argument(model: Model, field: Field, value: str, *, needed: bool) -> str:
    convert = _converter(model, field)
    if field.shape is Shape.REPEATED:
        return f"[{convert}(part) for part in {value}{'' if needed else ' or ()'}]"
    return f"{convert}({value})" if needed else f"None if {value} is None else {convert}({value})"


def _to_json(model: Model) -> str:
    name = model.message.name
    lines = [f"def {snake(name)}_to_json(message: pb.{name}) -> dict[str, Any]:"]
    lines.append(docstring("*message* in ProtoJSON, defaults left out."))
    if any(field.presence for field in model.message.fields):
        lines.append("    has = message.HasField")
    lines.append("    json: dict[str, Any] = {}")
    lines += [f"    {line}" for field in model.message.fields for line in _member(field)]
    lines.append("    return json")
    return "\n".join(lines)


def _member(field: Field) -> list[str]:
    target = f"json[{literal(field.json_name)}]"
    if field.presence:
        condition = f"has({literal(field.name)})"
        return [f"if {condition}:", f"    {target} = {_value(field, f'message.{field.name}')}"]
    local = f"{field.name}_" if field.name in USED else field.name
    is_set = f"{local} := message.{field.name}"
    if field.kind in FLOATS and field.shape is Shape.SINGULAR:
        is_set = f"({is_set}) or is_negative({local})"  # as -0.0, which is set, and false
    return [f"if {is_set}:", f"    {target} = {_values(field, local)}"]


def _values(field: Field, value: str) -> str:
    match field.shape:
        case Shape.MAP:
            element = _value(field, "element")
            return f"map_to_json({value}{'' if element == 'element' else f', {_writer(field)}'})"
        case Shape.REPEATED:
            element = _value(field, "element")
            simple = f"list({value})"
            return simple if element == "element" else f"[{element} for element in {value}]"
        case Shape.SINGULAR:
            return _value(field, value)


def _value(field: Field, value: str) -> str:
    if field.kind is Kind.ENUM:
        return f"{_table(field.type_name)}.get({value}, {value})"
    writer = _writer(field)
    return f"{writer}({value})" if writer else value


def _writer(field: Field) -> str:
    """The function that writes a value of *field* as JSON; empty if it is JSON already."""
    if field.kind is Kind.ENUM:
        table = _table(field.type_name)
        return f"lambda number: {table}.get(number, number)"
    if field.kind is Kind.MESSAGE:
        known = WELL_KNOWN.get(field.type_name)
        return known.write if known else f"{snake(_last(field.type_name))}_to_json"
    return WRITERS.get(field.kind, "")


def _last(full_name: str) -> str:
    return full_name.rpartition(".")[2]
