"""How a parser says that a JSON value is not what the contract wants."""

from typing import LiteralString

from pydantic_core import PydanticCustomError


def refusal(kind: LiteralString, message: LiteralString, **values: object) -> PydanticCustomError:
    """The error to raise in a validator; *values* fill the ``{names}`` in *message*."""
    return PydanticCustomError(kind, message, values)
