"""Enums: written as a name, read as a name or a number."""

from collections.abc import Iterable, Mapping
from typing import Final, Protocol

from items_protojson.scalars.integers import int32
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

NUMBER: Final = int32()


class Named(Protocol):
    """A generated enum, as far as it is needed here."""

    def items(self) -> Iterable[tuple[str, int]]:
        """Its names and numbers in the order of the proto file."""


def enum(values: Named, *, defined_only: bool = False) -> JsonType:
    """The type of a field that holds one of *values*.

    It may hold a number that is not known yet, unless it is for defined ones only.
    """
    numbers: Mapping[str, int] = dict(values.items())
    names = {number: name for name, number in numbers.items()}
    number = int32(allowed=sorted(names)) if defined_only else NUMBER

    def read(value: object) -> int:
        if isinstance(value, str):
            return _numbered(numbers, value)
        return number.read(value)  # type: ignore[no-any-return]  # of a type of integers

    def write(number: int) -> str | int:
        return names.get(number, number)

    text = {"type": "string", "enum": list(numbers)}
    return JsonType(read, write, {"anyOf": [text, number.accepts]}, text)


def _numbered(numbers: Mapping[str, int], name: str) -> int:
    try:
        return numbers[name]
    except KeyError:
        expected = ", ".join(numbers)
        raise refusal("enum", "must be one of {expected}", expected=expected) from None
