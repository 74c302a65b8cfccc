"""What a refused document has too much of: it need not all be looked at to be refused.

Pydantic collects every error before it tells of the first, at a kilobyte each. A message
with ten thousand unknown keys is refused for a hundred of them as well.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Annotated, Any, Final, get_args, get_origin

from annotated_types import MaxLen
from pydantic.fields import FieldInfo

from items_protojson.message import Message

MOST_UNKNOWN: Final = 100
"""Unknown keys of a message that are kept: as many as a refusal tells of."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a field of a model holds: messages of the *model*, at most *most* entries."""

    model: type[Message] | None = None
    most: int | None = None
    is_list: bool = False


NOTHING: Final = Part()


def without_excess(model: type[Message], value: Any) -> Any:
    """Return *value*, or as much of it as is needed to refuse it as a *model*.

    A *value* that is a *model* is returned whole.
    """
    if not isinstance(value, dict):
        return value
    parts = parts_of(model)
    return {
        key: _trimmed(parts.get(key, NOTHING), member) for key, member in _members(parts, value)
    }


def _members(parts: Mapping[str, Part], value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """The known members of *value*, and the first unknown ones, in their order."""
    unknown = 0
    for key, member in value.items():
        if key not in parts:
            unknown += 1
        if key in parts or unknown <= MOST_UNKNOWN:
            yield key, member


def _trimmed(part: Part, value: Any) -> Any:
    if isinstance(value, list) and part.is_list:
        return _trimmed_list(part, value)
    if part.model:
        return without_excess(part.model, value)
    if part.most is not None and isinstance(value, dict) and len(value) > part.most:
        return dict(islice(value.items(), part.most + 1))
    return value


def _trimmed_list(part: Part, values: list[Any]) -> list[Any]:
    kept = values if part.most is None else values[: part.most + 1]
    model = part.model
    return [without_excess(model, value) for value in kept] if model else kept


@cache
def parts_of(model: type[Message]) -> Mapping[str, Part]:
    """What the fields of *model* hold, by each spelling of their names."""
    names = model.json_names()
    return {
        key: _part(field.annotation, field.metadata)
        for name, field in model.model_fields.items()
        for key in (name, names[name])
    }


def _part(annotation: Any, metadata: list[Any]) -> Part:
    """The part in an annotation such as ``Annotated[list[Item], Field(max_length=9)] | None``."""
    if get_origin(annotation) is Annotated:
        inner, *notes = get_args(annotation)
        return _part(inner, [*metadata, *notes])
    if isinstance(annotation, type) and issubclass(annotation, Message):
        return Part(model=annotation)
    if get_origin(annotation) is list:
        return Part(_part(get_args(annotation)[0], []).model, _most(metadata), is_list=True)
    if get_origin(annotation) is dict:
        return Part(most=_most(metadata))
    found = (_part(choice, metadata) for choice in get_args(annotation))
    return next((part for part in found if part != NOTHING), NOTHING)


def _most(metadata: list[Any]) -> int | None:
    notes = [note for noted in metadata for note in _notes(noted)]
    return next((note.max_length for note in notes if isinstance(note, MaxLen)), None)


def _notes(noted: Any) -> list[Any]:
    return noted.metadata if isinstance(noted, FieldInfo) else [noted]
