"""Where each field of a request stands in HTTP: in the path, the query or the body."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from codegen.contract.files import Field, File, Kind, Message, Method, Shape
from codegen.contract.unsupported import Unsupported

VARIABLE = re.compile(r"\{([^}]*)\}")
FIELD_PATH = re.compile(r"[a-z0-9_]+(\.[a-z0-9_]+)*")


@dataclass(frozen=True, slots=True)
class PathField:
    """A field that stands in the path: *steps* lead to it, ``("item", "id")``."""

    steps: tuple[str, ...]
    field: Field


@dataclass(frozen=True, slots=True)
class Binding:
    """How a method of the service is reached over HTTP.

    *body_field* is the field that the body is. If it is None, *body* is the message
    of the body's fields, or there is no body.
    """

    method: Method
    request: Message
    response: Message
    path_fields: tuple[PathField, ...]
    query_fields: tuple[Field, ...]
    body_field: Field | None
    body: Message | None

    @property
    def path(self) -> str:
        """The template with the last name of each variable: ``/v1/items/{id}``."""
        return VARIABLE.sub(lambda match: f"{{{_last(match[1])}}}", self.method.template)


def bindings(file: File) -> tuple[Binding, ...]:
    """The bindings of every method in *file*.

    Raises:
        Unsupported: A rule names what its request does not have.
    """
    return tuple(_bind(file, method) for method in file.methods)


def message_of(file: File, full_name: str, user: str) -> Message:
    """The message called *full_name*, which *user* needs.

    Raises:
        Unsupported: It is declared elsewhere.
    """
    try:
        return file.messages[full_name]
    except KeyError:
        raise Unsupported(user, f"the message {full_name}, declared elsewhere") from None


def _bind(file: File, method: Method) -> Binding:
    request = message_of(file, method.request, method.full_name)
    path_fields = tuple(_path_fields(file, method, request))
    body_field = _body_field(method, request)
    in_path = {part.steps[0] for part in path_fields}
    rest = tuple(field for field in request.fields if field.name not in in_path)
    whole = method.body == "*"
    return Binding(
        method=method,
        request=request,
        response=message_of(file, method.response, method.full_name),
        path_fields=path_fields,
        query_fields=() if whole else tuple(field for field in rest if field != body_field),
        body_field=body_field,
        body=_whole_body(method, request, rest) if whole else None,
    )


def _body_field(method: Method, request: Message) -> Field | None:
    if method.body in {"", "*"}:
        return None
    field = request.field(method.body)
    if field is None or (field.kind, field.shape) != (Kind.MESSAGE, Shape.SINGULAR):
        raise Unsupported(method.full_name, f"the body {method.body}")
    return field


def _whole_body(method: Method, request: Message, rest: tuple[Field, ...]) -> Message:
    if rest == request.fields:
        return request
    return replace(request, name=f"{method.name}Body", fields=rest)


def _path_fields(file: File, method: Method, request: Message) -> Iterable[PathField]:
    names = VARIABLE.findall(method.template)
    if len({_last(name) for name in names}) < len(names):
        raise Unsupported(method.full_name, "two path variables with the same last name")
    for name in names:
        if not FIELD_PATH.fullmatch(name):
            raise Unsupported(method.full_name, f"the path variable {name}")
        steps = tuple(name.split("."))
        if len(steps) > 1 and steps[0] != method.body:
            raise Unsupported(method.full_name, f"the path variable {name}, not within the body")
        yield PathField(steps, _path_field(file, method, request, name))


def _path_field(file: File, method: Method, request: Message, name: str) -> Field:
    *parents, last = name.split(".")
    message = request
    for parent in parents:
        field = _field(method, message, parent)
        message = message_of(file, field.type_name, method.full_name)
    field = _field(method, message, last)
    plain = (field.kind, field.shape) == (Kind.STRING, Shape.SINGULAR)
    if not plain or field.limits.text.uuid:
        raise Unsupported(method.full_name, f"the path variable {name}, which is no plain string")
    limits = replace(field.limits, zero_is_absent=False)
    return replace(field, behaviors=frozenset({"REQUIRED"}), limits=limits)


def _field(method: Method, message: Message, name: str) -> Field:
    field = message.field(name)
    if field is None:
        raise Unsupported(method.full_name, f"the path variable {name}, which is no field")
    return field


def _last(name: str) -> str:
    return name.rpartition(".")[2]
