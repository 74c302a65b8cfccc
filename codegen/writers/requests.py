"""Writes the functions that put a request together from path, query and body."""

from collections.abc import Iterable

from codegen.contract.bindings import Binding
from codegen.contract.closure import body_variant
from codegen.contract.files import File
from codegen.writers.converters import plain_argument
from codegen.writers.python_source import docstring, snake


def write_requests(file: File, bound: Iterable[Binding]) -> str:
    """A function for each method of *file*."""
    about = docstring(f"Puts the requests of {file.path} together from HTTP.", indent="")
    return "\n\n\n".join([about, *map(_function, bound)])


def body_model(binding: Binding) -> str | None:
    """The name of the model that the body is read with."""
    if binding.body_field:
        message = binding.body_field.type_name.rpartition(".")[2]
        return f"{message}{body_variant(binding).value}"
    return binding.body.name if binding.body else None


def _function(binding: Binding) -> str:
    name = binding.method.name
    signature = f"def {snake(name)}({', '.join(_parameters(binding))})"
    lines = [f"{signature} -> pb.{binding.request.proto_name}:"]
    lines.append(docstring(f"The request of {name}."))
    lines += _construction(binding)
    return "\n".join(lines)


def _construction(binding: Binding) -> list[str]:
    """A field within the body comes last, so that the path wins over the body."""
    assignments = [
        f"    request.{'.'.join(part.steps)} = path.{part.field.name}"
        for part in binding.path_fields
        if binding.body or len(part.steps) > 1
    ]
    if not assignments:
        return [f"    return {_request(binding)}"]
    return [f"    request = {_request(binding)}", *assignments, "    return request"]


def _parameters(binding: Binding) -> Iterable[str]:
    name, body = binding.method.name, body_model(binding)
    if binding.path_fields:
        yield f"path: models.{name}Path"
    yield f"query: models.{name}Query"
    if body:
        yield f"body: models.{body}"


def _request(binding: Binding) -> str:
    if binding.body:
        return _converted_body(binding)
    return f"pb.{binding.request.proto_name}({', '.join(_arguments(binding))})"


def _converted_body(binding: Binding) -> str:
    return f"converters.{snake(body_model(binding) or '')}_to_proto(body)"


def _arguments(binding: Binding) -> Iterable[str]:
    for part in binding.path_fields:
        if len(part.steps) == 1:
            yield f"{part.field.name}=path.{part.field.name}"
    if binding.body_field:
        yield f"{binding.body_field.name}={_converted_body(binding)}"
    for field in binding.query_fields:
        value = plain_argument(field, f"query.{field.name}", needed=field.required)
        yield f"{field.name}={value}"
