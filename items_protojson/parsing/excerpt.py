"""Excerpts: what is shown of a text that a client sent, which may be megabytes."""

from typing import Final

SHOWN: Final = 128
"""Characters of a text: all of any key and id of the contract."""


def excerpt(text: str) -> str:
    """*text*, cut after its first 128 characters."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
