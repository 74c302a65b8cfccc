"""`items store verify`: compare two stores."""

from contextlib import ExitStack
from datetime import UTC, datetime

import typer

from items_cli.upkeep.store_errors import store_errors
from items_runtime.program import INTERRUPTED
from store_tools.access import beside
from store_tools.moving.comparison import MOST, Contents, Side, compare, compared_at, is_whole

DIFFERENT = 1
"""The exit code if the stores are not equal."""

BEHIND = 3
"""The exit code if they are equal as far as both have come, and one is ahead or unfinished."""


@store_errors()
def verify(one: str, other: str) -> int:
    """Compare the stores at two URLs, print the result, and return the exit code."""
    try:
        with ExitStack() as parts:
            return _verdict(_side(parts, one), _side(parts, other))
    except KeyboardInterrupt:
        typer.echo("interrupted")
        return INTERRUPTED


def _side(parts: ExitStack, url: str) -> Side:
    database = parts.enter_context(beside(url))
    connection = parts.enter_context(database.snapshot())
    return Side.of(connection, database.url)


def _verdict(one: Side, other: Side) -> int:
    """Print each comparison and the result of all; return the exit code."""
    revision, _ = compared_at(one, other)
    typer.echo(f"at revision {revision:,}, store {one.head.store_id}")
    is_equal = True
    for contents in compare(one, other, datetime.now(UTC)):
        typer.echo(_line(contents))
        is_equal &= contents.is_equal
    if not is_equal:
        typer.echo("NOT EQUAL")
        return DIFFERENT
    if is_whole(one, other):
        typer.echo("equal")
        return 0
    typer.echo(f"equal up to revision {revision:,}; {_standing(one)} and {_standing(other)}")
    return BEHIND


def _standing(side: Side) -> str:
    kind = "a store" if side.is_finished else "an unfinished copy"
    return f"{kind} at {side.head.revision:,}"


def _line(contents: Contents) -> str:
    counts, digests = contents.counts, contents.digests
    if contents.is_equal:
        return f"{contents.about}: {counts[0]:,} equal, {digests[0][:16]}"
    keys = ", ".join("/".join(map(str, key)) for key in contents.differing[:MOST])
    more = " and more" if len(contents.differing) > MOST else ""
    return f"{contents.about}: {counts[0]:,} and {counts[1]:,} DIFFER in {keys}{more}"
