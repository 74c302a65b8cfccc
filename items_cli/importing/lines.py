"""The lines of a file, one at a time, however long they are."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

LIMIT = 1 << 20
"""The longest line that is read, in bytes: far more than the largest item needs."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, counted from 1, without its end; *content* is cut if it is not *whole*."""

    number: int
    content: bytes
    whole: bool = True


def read_lines(stream: BinaryIO, limit: int = LIMIT) -> Iterator[Line]:
    """The lines of *stream*; what a line has beyond *limit* bytes is passed over."""
    number = 0
    while raw := stream.readline(limit):
        number += 1
        whole = _pass_over_rest(raw, stream, limit)
        yield Line(number, raw.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n"), whole)


def _pass_over_rest(raw: bytes, stream: BinaryIO, limit: int) -> bool:
    """Read to the end of the line that *raw* begins; whether *raw* was all of it."""
    whole = True
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(limit)
        whole = whole and not raw
    return whole
