r"""Values as a filter writes them: bare words and quoted text, read as what they stand for.

A backslash takes the next character as it is; before a letter or digit it is
refused, but for ``\n``, ``\r`` and ``\t``. A star stands for any text, unless it is
escaped.
"""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from grpc_server.filters.syntax_errors import Misread, quote
from items_protojson.scalars.numbers import misfit, read_fraction

QUOTED = r"""(?:"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
"""Text in quotes, as a pattern."""

_CONTROLS = {"n": "\n", "r": "\r", "t": "\t"}
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_PIECE = re.compile(r"\*|(?:[^*\\]|\\.)+", re.DOTALL)

_WHOLE_NUMBER = re.compile(r"-?[0-9]+")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_TIME = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})[Tt]([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,6})0*)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
_WORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}

_INT64 = range(-(2**63), 2**63)


@dataclass(frozen=True, slots=True)
class Literal:
    """A value as it is written: *raw* is without its quotes, with its escapes."""

    raw: str
    quoted: bool
    offset: int

    @classmethod
    def of(cls, written: str, offset: int) -> "Literal":
        """The literal that is written so at *offset*."""
        if written[:1] in {'"', "'"}:
            return cls(written[1:-1], quoted=True, offset=offset + 1)
        return cls(str(written), quoted=False, offset=offset)

    @property
    def is_star(self) -> bool:
        """Whether it is a bare star, the sign of presence."""
        return self.raw == "*" and not self.quoted

    def misread(self, what: str, hint: str = "") -> Misread:
        """The error that says so about this literal."""
        return Misread(self.offset, what, hint)


def unescape(raw: str, offset: int) -> str:
    """The text that *raw* stands for, stars included.

    Raises:
        Misread: a backslash stands before a letter or a digit.
    """

    def character(escape: re.Match[str]) -> str:
        escaped = escape[1]
        if escaped.isalnum() and escaped not in _CONTROLS:
            raise Misread(
                offset + escape.start(),
                f"unknown escape {quote(escape[0])}",
                "write `\\\\` for a backslash",
            )
        return _CONTROLS.get(escaped, escaped)

    return _ESCAPE.sub(character, raw) if "\\" in raw else raw


def text_parts(literal: Literal) -> tuple[str, ...]:
    """The texts between the stars: a single one if there is no star.

    Raises:
        Misread: an escape is unknown.
    """
    first, *others = _between_stars(literal)
    return (first, *filter(None, others[:-1]), *others[-1:])


def _between_stars(literal: Literal) -> Iterator[str]:
    text = ""
    for piece in _PIECE.finditer(literal.raw):
        if piece[0] == "*":
            yield text
            text = ""
        else:
            text = unescape(piece[0], literal.offset + piece.start())
    yield text


def whole_number(literal: Literal) -> int:
    """A 64-bit integer; in quotes too, as ProtoJSON writes it.

    Raises:
        Misread: it is not one.
    """
    if not _WHOLE_NUMBER.fullmatch(literal.raw):
        raise literal.misread(f"expected a whole number, found {quote(literal.raw)}")
    if (number := int(literal.raw)) not in _INT64:
        raise literal.misread(f"the number {literal.raw} has more than 64 bits")
    return number


def json_scalar(literal: Literal) -> tuple[str, ...] | float | bool | None:
    """A value of JSON: a bare word that JSON reads is typed, all else is the parts of a text.

    Raises:
        Misread: no attribute can hold the number, or the word is misspelt.
    """
    if literal.quoted:
        return text_parts(literal)
    if literal.raw in _WORDS:
        return _WORDS[literal.raw]
    if _NUMBER.fullmatch(literal.raw):
        return _double(literal)
    if (word := literal.raw.lower()) in _WORDS:
        raise literal.misread(
            f"found {quote(literal.raw)}", f"write `{word}`, or quote it if it is text"
        )
    return text_parts(literal)


def _double(literal: Literal) -> float:
    """The number as attributes hold it: what they would refuse, none of them equals."""
    is_whole = _WHOLE_NUMBER.fullmatch(literal.raw) is not None
    number = int(literal.raw) if is_whole else read_fraction(literal.raw)
    if misfit(number) is None:
        return float(number)
    if math.isinf(float(literal.raw)):
        raise literal.misread(f"the number {quote(literal.raw)} is too large")
    raise literal.misread(
        f"no attribute holds the number {quote(literal.raw)}",
        "quote it if it is text, as whole numbers that a double does not hold are",
    )


def is_date(literal: Literal) -> bool:
    """Whether it has the form of a day, without a time."""
    return _DATE.fullmatch(literal.raw) is not None


def instant(literal: Literal) -> datetime:
    """A moment in UTC, from an RFC 3339 time, or from a date: its first moment in UTC.

    Raises:
        Misread: it is neither, or has more than microseconds.
    """
    written = literal.raw
    if is_date(literal):
        written += "T00:00:00Z"
    if not (match := _TIME.fullmatch(written)):
        raise literal.misread(
            f"expected a time, found {quote(literal.raw)}",
            'times are RFC 3339 with a zone, to the microsecond: "2026-01-31T12:00:00Z"',
        )
    return _moment(literal, *match.groups())


def _moment(literal: Literal, day: str, clock: str, fraction: str | None, zone: str) -> datetime:
    micros = (fraction or "").ljust(6, "0")
    try:
        return datetime.fromisoformat(f"{day}T{clock}.{micros}{zone.upper()}").astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise literal.misread(f"there is no such time as {quote(literal.raw)}") from error
