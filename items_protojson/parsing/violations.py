"""What Pydantic refused, in the words of the contract."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Final, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from items_protojson.message import Message
from items_protojson.parsing.excerpt import excerpt
from items_protojson.parsing.sentences import REQUIRED, at_least, at_most, matching

MAX_VIOLATIONS: Final = 100
KEY_MARK: Final = "[key]"

Place = tuple[int | str, ...]
"""The keys and indexes that lead to a value in a document."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a JSON document.

    *pointer* is a JSON pointer (RFC 6901) into the document, in the spelling that
    was sent; *field* is the path in the proto message, as in google.rpc.BadRequest.
    Both show only an excerpt of a key that is longer than any of the contract.
    *known* holds, for an unknown key only, the keys that stand there.
    """

    pointer: str
    field: str
    description: str
    known: tuple[str, ...] = ()


class Invalid(Exception):
    """The document is JSON, but not the message that is wanted; at most 100 *violations*."""

    def __init__(self, violations: Sequence[Violation]) -> None:
        super().__init__("; ".join(f"{one.pointer}: {one.description}" for one in violations))
        self.violations = tuple(violations)


def violations(error: ValidationError, model: type[Message], within: Place = ()) -> list[Violation]:
    """What was wrong with a document that is no *model*: the first 100 findings.

    It is, or stands at the place *within*, a document that should be a *model*.
    """
    details = error.errors(include_url=False, include_input=False)
    return [_violation(detail, model, within) for detail in islice(details, MAX_VIOLATIONS)]


def violation_at(model: type[Message], place: Place, description: str) -> Violation:
    """What is wrong at *place* of a document that should be a *model*."""
    return Violation(json_pointer(place), field_path(model, place), description)


def _violation(detail: ErrorDetails, model: type[Message], within: Place) -> Violation:
    place = (*within, *_without_mark(detail["loc"]))
    if detail["type"] == "extra_forbidden":
        pointer, field = json_pointer(place), field_path(model, place)
        return _unknown(pointer, field, place[-1], _message_at(model, place[:-1]))
    return violation_at(model, place, _description(detail))


def _without_mark(place: Place) -> Place:
    """Pydantic marks what is wrong with a key, and not with its value."""
    return place[:-1] if place[-1:] == (KEY_MARK,) else place


def _unknown(pointer: str, field: str, key: int | str, holder: type[Message] | None) -> Violation:
    names = holder.json_names() if holder else {}
    if key in names:
        return Violation(pointer, field, f"is given as {names[str(key)]} too")
    return Violation(pointer, field, "is not known here", tuple(names.values()))


DESCRIPTIONS: Final[Mapping[str, Callable[[Mapping[str, Any]], str]]] = {
    "bool_type": lambda _: "must be true or false",
    "dict_type": lambda _: "must be an object",
    "list_type": lambda _: "must be a list",
    "missing": lambda _: REQUIRED,
    "model_type": lambda _: "must be an object",
    "string_pattern_mismatch": lambda values: matching(values["pattern"]),
    "string_too_long": lambda values: at_most(values["max_length"], "character"),
    "string_too_short": lambda values: at_least(values["min_length"], "character"),
    "string_type": lambda _: "must be a string",
    "string_unicode": lambda _: "must not hold half of a surrogate pair",
    "too_long": lambda values: at_most(values["max_length"], "entry"),
    "too_short": lambda values: at_least(values["min_length"], "entry"),
}
"""Pydantic's own kinds of error, in one voice with ours."""


def _description(detail: ErrorDetails) -> str:
    words = DESCRIPTIONS.get(detail["type"])
    return words(detail.get("ctx", {})) if words else detail["msg"]


def json_pointer(place: Place) -> str:
    """*place* as a JSON pointer; the whole document is the empty string (RFC 6901)."""
    return "".join(f"/{_token(part)}" for part in place)


def _token(part: int | str) -> str:
    return excerpt(str(part)).replace("~", "~0").replace("/", "~1")


def field_path(model: type[Message], place: Place) -> str:
    """*place* in a document that should be a *model* as the path of a proto field."""
    path = ""
    at: type[Message] | None = model
    for part in place:
        path += _step(at, part)
        at = _next(at, part)
    return path.removeprefix(".")


def _message_at(model: type[Message], place: Place) -> type[Message] | None:
    at: type[Message] | None = model
    for part in place:
        at = _next(at, part)
    return at


def _step(at: type[Message] | None, part: int | str) -> str:
    if isinstance(part, int):
        return f"[{part}]"
    if at is None:
        return f"[{json.dumps(excerpt(part))}]"
    return f".{excerpt(_field_name(at, part))}"


def _next(at: type[Message] | None, part: int | str) -> type[Message] | None:
    """The message that *part* of a message leads to; an index leads to the same as its list."""
    if isinstance(part, int) or at is None:
        return at
    field = at.model_fields.get(_field_name(at, part))
    return _message_in(field.annotation) if field else None


def _field_name(model: type[Message], key: str) -> str:
    return next((name for name, alias in model.json_names().items() if key == alias), key)


def _message_in(annotation: Any) -> type[Message] | None:
    """The message in an annotation such as ``list[Item] | None``."""
    if isinstance(annotation, type) and issubclass(annotation, Message):
        return annotation
    found = (_message_in(argument) for argument in get_args(annotation))
    return next((message for message in found if message), None)
