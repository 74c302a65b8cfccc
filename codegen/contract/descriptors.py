"""Reads the descriptor of a proto file into a `contract.File`.

What the generator does not know is refused here, so that the writers need not
expect it.
"""

from collections.abc import Iterable, Sequence

from buf.validate import validate_pb2 as validate
from google.api import field_behavior_pb2
from google.protobuf.descriptor_pb2 import (
    DescriptorProto,
    EnumDescriptorProto,
    FieldDescriptorProto,
    FileDescriptorProto,
    ServiceDescriptorProto,
)

from codegen.contract.comments import Comments
from codegen.contract.files import (
    Enumeration,
    Field,
    File,
    Kind,
    Limits,
    Message,
    Method,
    Oneof,
    Shape,
)
from codegen.contract.http_rules import read_method
from codegen.contract.rules import read_limits
from codegen.contract.soundness import check_field
from codegen.contract.unsupported import Unsupported
from codegen.contract.well_known import WELL_KNOWN

Type = FieldDescriptorProto
KINDS = {
    Type.TYPE_STRING: Kind.STRING,
    Type.TYPE_BYTES: Kind.BYTES,
    Type.TYPE_BOOL: Kind.BOOL,
    Type.TYPE_INT32: Kind.INT32,
    Type.TYPE_SINT32: Kind.INT32,
    Type.TYPE_SFIXED32: Kind.INT32,
    Type.TYPE_INT64: Kind.INT64,
    Type.TYPE_SINT64: Kind.INT64,
    Type.TYPE_SFIXED64: Kind.INT64,
    Type.TYPE_UINT32: Kind.UINT32,
    Type.TYPE_FIXED32: Kind.UINT32,
    Type.TYPE_UINT64: Kind.UINT64,
    Type.TYPE_FIXED64: Kind.UINT64,
    Type.TYPE_FLOAT: Kind.FLOAT,
    Type.TYPE_DOUBLE: Kind.DOUBLE,
    Type.TYPE_ENUM: Kind.ENUM,
    Type.TYPE_MESSAGE: Kind.MESSAGE,
}
MESSAGES = FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER
ENUMS = FileDescriptorProto.ENUM_TYPE_FIELD_NUMBER
VALUES = EnumDescriptorProto.VALUE_FIELD_NUMBER
SERVICES = FileDescriptorProto.SERVICE_FIELD_NUMBER
FIELDS = DescriptorProto.FIELD_FIELD_NUMBER
METHODS = ServiceDescriptorProto.METHOD_FIELD_NUMBER
UNCHECKED = validate.FieldRules(ignore=validate.IGNORE_ALWAYS)


def read_file(file: FileDescriptorProto) -> File:
    """What *file* declares.

    Raises:
        Unsupported: It uses something that the generator does not know.
    """
    comments = Comments(file)
    messages = [
        _read_message(file.package, message, comments, (MESSAGES, index))
        for index, message in enumerate(file.message_type)
    ]
    enums = [
        _read_enum(file.package, enum, comments, (ENUMS, index))
        for index, enum in enumerate(file.enum_type)
    ]
    return File(
        path=file.name,
        package=file.package,
        messages={message.full_name: message for message in messages},
        enums={enum.full_name: enum for enum in enums},
        methods=tuple(_read_methods(file, comments)),
    )


def _read_enum(
    package: str, enum: EnumDescriptorProto, comments: Comments, path: Sequence[int]
) -> Enumeration:
    values = tuple((value.number, value.name) for value in enum.value)
    meanings = {
        value.name: comments.at((*path, VALUES, index)) for index, value in enumerate(enum.value)
    }
    return Enumeration(f"{package}.{enum.name}", enum.name, values, meanings)


def _read_methods(file: FileDescriptorProto, comments: Comments) -> Iterable[Method]:
    for index, service in enumerate(file.service):
        for position, method in enumerate(service.method):
            comment = comments.at((SERVICES, index, METHODS, position))
            yield read_method(f"{file.package}.{service.name}.{method.name}", method, comment)


def _read_message(
    package: str, message: DescriptorProto, comments: Comments, path: Sequence[int]
) -> Message:
    full_name = f"{package}.{message.name}"
    _check_message(full_name, message)
    fields = [
        _read_field(full_name, message, field, comments.at((*path, FIELDS, index)))
        for index, field in enumerate(message.field)
    ]
    return Message(
        full_name=full_name,
        name=message.name,
        proto_name=message.name,
        fields=tuple(sorted(fields, key=lambda field: field.number)),
        oneofs=tuple(_read_oneofs(full_name, message)),
        comment=comments.at(path),
    )


def _check_message(full_name: str, message: DescriptorProto) -> None:
    if message.options.HasExtension(validate.message):
        raise Unsupported(full_name, "rules of a whole message")
    nested = [kind.name for kind in message.nested_type if not kind.options.map_entry]
    for name in (*nested, *(enum.name for enum in message.enum_type)):
        raise Unsupported(f"{full_name}.{name}", "a type within a message")


def _read_oneofs(full_name: str, message: DescriptorProto) -> Iterable[Oneof]:
    for index, oneof in enumerate(message.oneof_decl):
        fields = [field for field in message.field if _oneof(field) == index]
        for field in fields:
            _check_choice(f"{full_name}.{field.name}", field)
        if fields:
            required = oneof.options.Extensions[validate.oneof].required
            yield Oneof(tuple(field.name for field in fields), required)


def _check_choice(full_name: str, field: FieldDescriptorProto) -> None:
    if "REQUIRED" in _behaviors(field) or field.options.Extensions[validate.field].required:
        raise Unsupported(full_name, "a required field in a oneof")


def _oneof(field: FieldDescriptorProto) -> int | None:
    """The index of the oneof that the field is in; `optional` is not one to us."""
    in_oneof = field.HasField("oneof_index") and not field.proto3_optional
    return field.oneof_index if in_oneof else None


def _read_field(
    message_name: str, message: DescriptorProto, field: FieldDescriptorProto, comment: str
) -> Field:
    full_name = f"{message_name}.{field.name}"
    entry = _entry(message, field)
    shape = _shape(field, entry)
    value = _map_value(full_name, entry) if entry else field
    kind = _kind(full_name, value)
    read = Field(
        full_name=full_name,
        name=field.name,
        json_name=field.json_name,
        number=field.number,
        kind=kind,
        shape=shape,
        type_name=value.type_name.removeprefix("."),
        presence=_presence(field, kind, shape),
        limits=_limits(full_name, value, shape, field),
        behaviors=_behaviors(field),
        comment=comment,
    )
    check_field(read)
    return read


def _limits(
    full_name: str, value: FieldDescriptorProto, shape: Shape, field: FieldDescriptorProto
) -> Limits:
    rules = field.options.Extensions[validate.field]
    known = WELL_KNOWN.get(value.type_name.removeprefix("."))
    if rules == UNCHECKED and known:
        return Limits()  # the messages of others have no rules that this could turn off
    return read_limits(full_name, known.rule if known else _rule(value), shape, rules)


def _rule(field: FieldDescriptorProto) -> str:
    """The name of the rules for the type of *field*; empty for a message."""
    name = Type.Type.Name(field.type).removeprefix("TYPE_").lower()
    return "" if name == "message" else name


def _behaviors(field: FieldDescriptorProto) -> frozenset[str]:
    behaviors = field.options.Extensions[field_behavior_pb2.field_behavior]
    return frozenset(field_behavior_pb2.FieldBehavior.Name(behavior) for behavior in behaviors)


def _kind(full_name: str, field: FieldDescriptorProto) -> Kind:
    try:
        return KINDS[field.type]
    except KeyError:
        name = Type.Type.Name(field.type)
        raise Unsupported(full_name, f"the type {name}") from None


def _shape(field: FieldDescriptorProto, entry: DescriptorProto | None) -> Shape:
    if field.label != Type.LABEL_REPEATED:
        return Shape.SINGULAR
    return Shape.MAP if entry else Shape.REPEATED


def _entry(message: DescriptorProto, field: FieldDescriptorProto) -> DescriptorProto | None:
    """The key and value of a map field."""
    name = field.type_name.rpartition(".")[2]
    entries = (nested for nested in message.nested_type if nested.options.map_entry)
    return next((entry for entry in entries if entry.name == name), None)


def _map_value(full_name: str, entry: DescriptorProto) -> FieldDescriptorProto:
    key, value = entry.field
    if key.type != Type.TYPE_STRING:
        raise Unsupported(full_name, "a map whose keys are no strings")
    return value


def _presence(field: FieldDescriptorProto, kind: Kind, shape: Shape) -> bool:
    if shape is not Shape.SINGULAR:
        return False
    return kind is Kind.MESSAGE or field.proto3_optional or field.HasField("oneof_index")
