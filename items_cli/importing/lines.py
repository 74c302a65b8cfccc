"""The lines of a file of NDJSON, one at a time, however long they are."""

import shlex
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO

from items_cli.errors import Failure

LIMIT = 1 << 20
"""The longest line that is read, in bytes: far more than the largest item needs."""

BYTE_ORDER_MARK = b"\xef\xbb\xbf"

STDIN = "<stdin>"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, counted from 1, without its end; *content* is cut if it is not *whole*."""

    number: int
    content: bytes
    whole: bool = True


def read_lines(stream: BinaryIO, limit: int = LIMIT) -> Iterator[Line]:
    """Yield the lines of *stream*; of each, what exceeds *limit* bytes is skipped."""
    number = 0
    while raw := stream.readline(limit):
        number += 1
        whole = _pass_over_rest(raw, stream, limit)
        yield Line(number, raw.removeprefix(BYTE_ORDER_MARK).rstrip(b"\r\n"), whole)


def one_item_a_line(lines: Iterable[Line], name: str) -> Iterator[Line]:
    """Yield *lines* of the file *name* as they are, if they look like one JSON object each.

    Raises:
        Failure: the first line that is not empty begins a JSON array, or an object of
            several lines; the message says how to turn it into lines.
    """
    lines = iter(lines)
    head: list[Line] = []
    for line in lines:
        head.append(line)
        if line.content.strip():
            _check(line, name)
            break
    yield from chain(head, lines)


def _pass_over_rest(raw: bytes, stream: BinaryIO, limit: int) -> bool:
    """Skip the rest of the line that *raw* begins; return whether *raw* was all of it."""
    whole = True
    while raw and not raw.endswith(b"\n"):
        raw = stream.readline(limit)
        whole = whole and not raw
    return whole


def _check(first: Line, name: str) -> None:
    content = first.content.strip()
    if content.startswith(b"["):
        _refuse(first, name, "a JSON array begins here", "jq -c '.[]'")
    if content == b"{":
        _refuse(first, name, "a JSON object of several lines begins here", "jq -c .")


def _refuse(first: Line, name: str, what: str, command: str) -> None:
    file = "FILE" if name == STDIN else shlex.quote(name)
    raise Failure(
        f"{name}:{first.number}: {what}, but each item must be on one line."
        f" Turn it into lines: {command} {file} | items import -",
        exit_code=2,
    )
