"""Writes which fields of a resource clients write, and how they are given in Python.

A resource is what a PATCH changes.
"""

from collections.abc import Iterable, Iterator

from codegen.contract.bindings import Binding, message_of
from codegen.contract.closure import Variant, body_variant
from codegen.contract.files import Field, File, Kind, Message, Shape
from codegen.contract.unsupported import Unsupported
from codegen.contract.well_known import WELL_KNOWN
from codegen.writers.python_source import docstring, literal, snake

GIVEN = {
    Kind.STRING: "str",
    Kind.BYTES: "bytes",
    Kind.BOOL: "bool",
    Kind.INT32: "int",
    Kind.INT64: "int",
    Kind.UINT32: "int",
    Kind.UINT64: "int",
    Kind.FLOAT: "float",
    Kind.DOUBLE: "float",
}


def write_fields(file: File, bound: Iterable[Binding]) -> str:
    """The keyword arguments and the names of the fields of each resource.

    Empty if there is none.

    Raises:
        Unsupported: A part that clients write has a field that they do not.
    """
    names = {
        binding.body_field.type_name
        for binding in bound
        if binding.body_field and body_variant(binding) is Variant.PATCH
    }
    if not names:
        return ""
    about = docstring(f"The fields of {file.path} that clients write.", indent="")
    resources = (message for name, message in file.messages.items() if name in names)
    return "\n\n\n".join([about, *(_resource(file, message) for message in resources)])


def _resource(file: File, message: Message) -> str:
    written = [field for field in message.fields if field.written]
    for field in written:
        _check_parts(file, field)
    return "\n\n\n".join([_keywords(message, written), "\n\n".join(_names(message, written))])


def _keywords(message: Message, written: Iterable[Field]) -> str:
    lines = [f"class {message.name}Fields(TypedDict, total=False):"]
    about = f"The fields of {message.name} that a caller writes; None stands for no value."
    lines.append(docstring(about))
    for field in written:
        lines.append(f'    {field.name}: "{_given(field)} | None"')
        lines.append(docstring(field.comment or field.name))
    return "\n".join(lines)


def _names(message: Message, written: list[Field]) -> Iterator[str]:
    prefix = snake(message.name).upper()
    name = message.name
    yield _tuple(f"{prefix}_WRITABLE", written, f"The fields of {name} that clients write.")
    required = [field for field in written if field.required]
    yield _tuple(f"{prefix}_REQUIRED", required, f"Those that {name} is not without.")
    immutable = [field for field in written if field.immutable]
    kept = f"Those that keep the values that {name} was created with."
    yield _tuple(f"{prefix}_IMMUTABLE", immutable, kept)


def _tuple(name: str, fields: Iterable[Field], about: str) -> str:
    names = "".join(f"{literal(field.name)}, " for field in fields)
    return f"{name}: Final[tuple[str, ...]] = ({names})\n{docstring(about, indent='')}"


def _given(field: Field) -> str:
    value = _given_value(field)
    match field.shape:
        case Shape.MAP:
            return f"Mapping[str, {value} | None]"
        case Shape.REPEATED:
            return f"Sequence[{value}]"
        case Shape.SINGULAR:
            return value


def _given_value(field: Field) -> str:
    name = field.type_name.rpartition(".")[2]
    if field.kind is Kind.ENUM:
        return f"pb.{name}.ValueType"
    if field.kind is Kind.MESSAGE:
        known = WELL_KNOWN.get(field.type_name)
        return known.given if known else f"pb.{name}"
    return GIVEN[field.kind]


def _check_parts(file: File, field: Field) -> None:
    """A part is written as a whole: the server has nothing in it for itself."""
    if field.kind is not Kind.MESSAGE or field.type_name in WELL_KNOWN:
        return
    for part in message_of(file, field.type_name, field.full_name).fields:
        if part.output_only or part.immutable or part.identifier:
            raise Unsupported(part.full_name, "a field of a part that clients do not write")
        _check_parts(file, part)
