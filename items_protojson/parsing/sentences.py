"""What the limits of a contract ask for, in words that people read: the same at each door.

The contract states a pattern for programs; a client that breaks it is told the sentence.
A test holds every pattern and every rule of the contract to having one.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

ID: Final = (
    "must be 1 to 128 lower-case letters, digits and `._-`, beginning and ending with a letter"
    " or digit"
)

LABEL_KEY: Final = (
    "must have a key of 1 to 63 lower-case letters, digits and `._/-`, beginning and ending with"
    " a letter or digit"
)

PATTERNS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$": ID,
        "^$|^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$": ID,
        "^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$": LABEL_KEY,
        "^[^\\x00]*$": "must not contain NUL characters",
        "^[!-~]*$": "must be printable ASCII without spaces",
    }
)


def matching(pattern: str) -> str:
    """A text must match *pattern*."""
    return PATTERNS.get(pattern, f"must match {pattern}")


def at_least(number: int, noun: str) -> str:
    """There must be *number* of what *noun* names, or more."""
    return f"must have at least {_counted(number, noun)}"


def at_most(number: int, noun: str) -> str:
    """There must be *number* of what *noun* names, or fewer."""
    return f"must have at most {_counted(number, noun)}"


def _counted(number: int, noun: str) -> str:
    plural = {"character": "characters", "entry": "entries"}
    return f"{number} {noun if number == 1 else plural[noun]}"


REQUIRED: Final = "is required"
UUID: Final = "must be a UUID"
UNIQUE: Final = "must not hold the same value twice"

RULES: Final[Mapping[str, Callable[[Any], str]]] = MappingProxyType(
    {
        "int32.gte": lambda least: f"must be at least {least}",
        "int64.gte": lambda least: f"must be at least {least}",
        "map.max_pairs": lambda most: at_most(most, "entry"),
        "repeated.max_items": lambda most: at_most(most, "entry"),
        "repeated.min_items": lambda least: at_least(least, "entry"),
        "repeated.unique": lambda _: UNIQUE,
        "required": lambda _: REQUIRED,
        "string.max_len": lambda most: at_most(most, "character"),
        "string.min_len": lambda least: at_least(least, "character"),
        "string.pattern": matching,
        "string.uuid": lambda _: UUID,
    }
)
"""The rules of protovalidate, by their ids, each of the value that the contract gives it."""
