"""What the patterns of the contract ask for, in words that people read.

The contract states a pattern for programs. Whoever is refused is told the sentence; a
test holds every pattern of the contract to having one.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

ID: Final = (
    "must be 1 to 128 lower-case letters, digits and `._-`, beginning and ending with a letter"
    " or digit"
)

LABEL_KEY: Final = (
    "must have a key of 1 to 63 lower-case letters, digits and `._/-`, beginning and ending with"
    " a letter or digit"
)

SENTENCES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$": ID,
        "^$|^[a-z0-9]([a-z0-9._-]{0,126}[a-z0-9])?$": ID,
        "^[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?$": LABEL_KEY,
        "^[^\\x00]*$": "must not contain NUL characters",
        "^[!-~]*$": "must be printable ASCII without spaces",
    }
)


def sentence(pattern: str) -> str:
    """What a text must be that *pattern* does not match."""
    return SENTENCES.get(pattern, f"must match {pattern}")
