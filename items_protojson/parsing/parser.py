"""Parsing: JSON text -> a model, at a linear cost, within bounds, and in steps.

A step of a body of 4 MiB takes some hundredths of a second, so that an event loop can
serve others between two of them.
"""

from collections.abc import Generator, Iterator
from typing import Any, Final, TypeVar

from pydantic import ValidationError

from items_protojson.message import Message
from items_protojson.parsing.document import count, read
from items_protojson.parsing.excess import parts_of, without_excess
from items_protojson.parsing.sentences import at_most
from items_protojson.parsing.violations import (
    MAX_VIOLATIONS,
    Invalid,
    Violation,
    violation_at,
    violations,
)

M = TypeVar("M", bound=Message)

AT_ONCE: Final = 1000
"""Elements of a document that is checked in one step."""


def parse(model: type[M], raw: bytes) -> M:
    """Return the *model* that *raw* is.

    Raises:
        Malformed: *raw* is not JSON, or has a key twice in an object.
        Excessive: *raw* has more elements than any document may have.
        Invalid: *raw* is no *model*.
    """
    steps = parsing(model, raw)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # it is the M that parsing returns


def parsing(model: type[M], raw: bytes) -> Generator[None, None, M]:
    """Do what `parse` does, one step after the other."""
    bound = 0
    for bound in count(raw):
        if bound > AT_ONCE:
            yield
    document = read(raw)
    if bound <= AT_ONCE:
        return _checked(model, document)
    yield
    return (yield from _checking(model, document))


def _checked(model: type[M], document: Any) -> M:
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise Invalid(violations(error, model)) from None


def _checking(model: type[M], document: Any) -> Generator[None, None, M]:
    """The *model* that *document* is; of its lists of messages, one is read in a step."""
    document = without_excess(model, document)
    yield
    found: list[Violation] = []
    for key, part in _lists(model, document):
        document[key] = yield from _elements(model, key, part, document[key], found)
    try:
        whole = model.model_validate(document)
    except ValidationError as error:
        found += (one for one in violations(error, model) if not _is_of_list(one, found))
    if found:
        raise Invalid(found[:MAX_VIOLATIONS])
    return whole


def _lists(model: type[Message], document: Any) -> Iterator[tuple[str, type[Message]]]:
    """The keys of *document* at which there is a list of messages, and their model.

    Raises:
        Invalid: a list is too long.
    """
    for key, part in parts_of(model).items() if isinstance(document, dict) else ():
        if part.is_list and part.model and isinstance(document.get(key), list):
            if part.most is not None and len(document[key]) > part.most:
                raise Invalid([violation_at(model, (key,), at_most(part.most, "entry"))])
            yield key, part.model


def _elements(
    whole: type[Message],
    key: str,
    model: type[Message],
    values: list[Any],
    found: list[Violation],
) -> Generator[None, None, list[Message]]:
    """The messages that *values* are; what is wrong with the others is added to *found*."""
    messages: list[Message] = []
    for index, value in enumerate(values):
        try:
            messages.append(model.model_validate(value))
        except ValidationError as error:
            found += violations(error, whole, (key, index))
            if len(found) >= MAX_VIOLATIONS:
                raise Invalid(found[:MAX_VIOLATIONS]) from None
        values[index] = None  # its memory is free
        yield
    return messages


def _is_of_list(violation: Violation, found: list[Violation]) -> bool:
    """Whether *violation* is only that a list is short of those that were *found* wrong."""
    return any(one.pointer.startswith(f"{violation.pointer}/") for one in found)
