"""Writes the Pydantic models."""

from collections.abc import Iterable, Sequence

from codegen.contract.bindings import Binding
from codegen.contract.closure import Model, Variant
from codegen.contract.files import Field, File, Oneof, Shape
from codegen.contract.unsupported import Unsupported
from codegen.writers.annotations import body_type, query_type
from codegen.writers.python_source import docstring, literal, long_literal

ABOUT = {
    Variant.FULL: "",
    Variant.UPDATE: "\n\nIn an update no field is required: those that the mask names are written.",
    Variant.PATCH: "\n\nIn a patch no field is required: those that are there are written, and null"
    " removes what is there.",
}
"""What the models of a partial message say beyond its comment."""


def write_models(file: File, models: Iterable[Model], bound: Iterable[Binding]) -> str:
    """The classes of bodies and answers, then those of paths and queries."""
    classes = [_model(model) for model in models]
    for binding in bound:
        if binding.path_fields:
            classes.append(_path(binding))
        classes.append(_query(binding))
    about = docstring(f"The messages of {file.path} in their JSON form.", indent="")
    return "\n\n\n".join([about, *classes])


def _model(model: Model) -> str:
    message = model.message
    lines = [f"class {model.name}({'OneofMessage' if message.oneofs else 'Message'}):"]
    lines.append(docstring(f"{message.comment or message.name}{ABOUT[model.variant]}"))
    hidden = [field.name for field in message.fields if field.output_only]
    lines += _names("output_only", hidden)
    lines += _oneofs(message.oneofs, is_whole=model.variant is Variant.FULL)
    lines += [_model_field(model, field) for field in message.fields]
    return "\n".join(lines)


def _names(variable: str, names: Sequence[str]) -> list[str]:
    quoted = ", ".join(map(literal, names))
    return [f"    {variable}: ClassVar = frozenset({{{quoted}}})"] if names else []


def _oneofs(oneofs: Sequence[Oneof], *, is_whole: bool) -> list[str]:
    written = "".join(f"{_oneof(oneof, is_whole=is_whole)}, " for oneof in oneofs)
    return [f"    oneofs: ClassVar = ({written.strip()})"] if oneofs else []


def _oneof(oneof: Oneof, *, is_whole: bool) -> str:
    names = ", ".join(map(literal, oneof.fields))
    end = "," if len(oneof.fields) == 1 else ""
    required = ", required=True" if oneof.required and is_whole else ""
    return f"Oneof(({names}{end}){required})"


def _model_field(model: Model, field: Field) -> str:
    annotation = body_type(model, field)
    if field.output_only:
        annotation = f"Annotated[{annotation} | None, BeforeValidator(ignored)]"
        return _field(field, annotation, required=False)
    return _optional(field, annotation, required=model.needs(field))


def _optional(field: Field, annotation: str, *, required: bool) -> str:
    return _field(field, annotation if required else f"{annotation} | None", required=required)


def _field(field: Field, annotation: str, *, required: bool) -> str:
    arguments = [] if required else ["default=None"]
    if field.json_name != field.name:
        arguments.append(f"alias={literal(field.json_name)}")
    arguments.append(f"description={long_literal(field.comment or field.name)}")
    if field.limits.examples and field.shape is Shape.SINGULAR:
        examples = ", ".join(map(_example, field.limits.examples))
        arguments.append(f"examples=[{examples}]")
    return f"    {field.name}: {annotation} = Field({', '.join(arguments)})"


def _example(example: str | float) -> str:
    return literal(example) if isinstance(example, str) else repr(example)


def _path(binding: Binding) -> str:
    fields = [part.field for part in binding.path_fields]
    lines = [f"class {binding.method.name}Path(Message):"]
    lines.append(docstring(f"What {binding.method.name} takes from the path."))
    lines += [_optional(field, query_type(field), required=True) for field in fields]
    return "\n".join(lines)


def _query(binding: Binding) -> str:
    lines = [f"class {binding.method.name}Query(Query):"]
    lines.append(docstring(f"What {binding.method.name} takes from the query."))
    lines += _names("repeated", sorted(_repeated(binding.query_fields)))
    for field in binding.query_fields:
        lines.append(_optional(field, query_type(field), required=field.required))
    return "\n".join(lines)


def _repeated(fields: Iterable[Field]) -> set[str]:
    lists = [field for field in fields if field.shape is Shape.REPEATED]
    return {name for field in lists for name in (field.name, field.json_name)}


def check_names(models: Iterable[Model], bound: Iterable[Binding]) -> None:
    """Refuse a message whose name is that of a class that the generator adds.

    Raises:
        Unsupported: There is one.
    """
    added = {f"{binding.method.name}{part}" for binding in bound for part in ("Path", "Query")}
    for model in models:
        if model.name in added:
            raise Unsupported(model.message.full_name, "the name of a generated class")
