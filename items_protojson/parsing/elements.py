"""The elements of JSON text, counted before anything is built of them.

An element is a value in a list, or a member of an object. A body of a few megabytes can
have millions, each of which costs a hundred bytes of memory; counting them costs none.
"""

from collections.abc import Iterator
from typing import Final

WINDOW: Final = 256 * 1024
"""How many bytes are looked at in one step."""

MARKS: Final = (b",", b"[", b"{")
"""There is one of these before each element."""


def most_elements(raw: bytes) -> int:
    """Return a number that the elements of *raw* do not exceed; it counts within texts, too."""
    return sum(map(raw.count, MARKS))


def elements(raw: bytes) -> Iterator[int]:
    """Count the marks outside of texts, step by step: yield the number so far, at last all.

    Of what is not JSON, the count is of no use, but has the same cost: linear.
    """
    total, within, rest = 0, False, b""
    for start in range(0, len(raw), WINDOW):
        window = rest + raw[start : start + WINDOW]
        plain = window.replace(rb"\\", b"").replace(rb"\"", b"")
        rest = b"\\" if plain.endswith(b"\\") else b""
        parts = plain.split(b'"')
        total += most_elements(b"".join(parts[within::2]))
        within ^= len(parts) % 2 == 0
        yield total
