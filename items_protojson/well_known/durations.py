"""Durations: seconds as decimal text that ends with s, as ``1.5s``, to the nanosecond."""

import re
from typing import Final

from google.protobuf.duration_pb2 import Duration

from items_protojson.scalars.bounds import Bounds, bounded
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

SECONDS: Final = re.compile(r"(-?)([0-9]{1,12})(?:\.([0-9]{1,9}))?s", re.ASCII)
DOCUMENTED: Final = r"^-?([0-9]{1,11}|[12][0-9]{11}|30[0-9]{10})(\.[0-9]{1,9})?s$"
"""Texts that are surely within what a duration can hold."""
MOST: Final = 315_576_000_000
"""Seconds: about ten thousand years. (google.protobuf.Duration)"""
NANOS: Final = 1_000_000_000


def duration(
    gt: str | None = None, ge: str | None = None, lt: str | None = None, le: str | None = None
) -> JsonType:
    """A duration within bounds, which are given as they are in JSON."""
    given = {"gt": gt, "ge": ge, "lt": lt, "le": le}
    bounds = Bounds(**{name: duration_from_json(text) for name, text in given.items() if text})  # type: ignore[typeddict-item]  # the names of bounds
    text = {"type": "string", "format": "duration-seconds", "pattern": DOCUMENTED}
    return JsonType(bounded(duration_from_json, bounds, _order), duration_to_json, text, text)


def duration_from_json(value: object) -> Duration:
    """Read seconds with an s; a Duration is taken as it is."""
    if isinstance(value, Duration):
        return value
    match = SECONDS.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise refusal("duration", "must be seconds with an s, like 1.5s")
    minus, seconds, fraction = match.groups()
    nanos = int(seconds) * NANOS + int((fraction or "0").ljust(9, "0"))
    if nanos > MOST * NANOS:
        raise refusal("duration", "must be at most {most} seconds either way", most=MOST)
    sign = -1 if minus else 1
    return Duration(seconds=sign * (nanos // NANOS), nanos=sign * (nanos % NANOS))


def duration_to_json(message: Duration) -> str:
    """The seconds, with as many of 0, 3, 6 or 9 digits as it needs."""
    text: str = message.ToJsonString()
    return text


def _order(message: Duration) -> int:
    return message.seconds * NANOS + message.nanos
