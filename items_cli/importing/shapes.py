"""Files of JSON that are no NDJSON, and how to make it of them."""

import shlex
from collections.abc import Iterable, Iterator
from itertools import chain

from items_cli.failure import Failure
from items_cli.importing.lines import Line

STDIN = "<stdin>"


def one_item_a_line(lines: Iterable[Line], name: str) -> Iterator[Line]:
    """Pass *lines* of the file *name* on, if they look like one JSON object each.

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
