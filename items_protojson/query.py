"""The part of a request that stands in the query string."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from pydantic import ValidationError
from pydantic_core import InitErrorDetails

from items_protojson.message import Message
from items_protojson.scalars.refusal import refusal


class Query(Message):
    """The query parameters of one method; a repeated field is a repeated key."""

    nullable: ClassVar[bool] = False

    repeated: ClassVar[frozenset[str]] = frozenset()
    """The keys, in every spelling, that may be given more than once."""

    @classmethod
    def from_pairs(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Read decoded keys and values in the order of the query string.

        Raises:
            ValidationError: A key is unknown or given twice, or a value is not
                what its field wants.
        """
        values: dict[str, list[str]] = {}
        for key, value in pairs:
            values.setdefault(key, []).append(value)
        cls._refuse_repeated(values)
        return cls.model_validate({key: cls._value(key, found) for key, found in values.items()})

    @classmethod
    def _value(cls, key: str, found: list[str]) -> str | list[str]:
        return found if key in cls.repeated else found[0]

    @classmethod
    def _refuse_repeated(cls, values: dict[str, list[str]]) -> None:
        twice = [key for key, found in values.items() if len(found) > 1 and key not in cls.repeated]
        if twice:
            raise ValidationError.from_exception_data(cls.__name__, list(map(_given_twice, twice)))


def _given_twice(key: str) -> InitErrorDetails:
    error: Any = refusal("repeated_key", "must be given only once")
    return InitErrorDetails(type=error, loc=(key,), input=None)
