"""Timestamps: RFC 3339 with a zone, from year 1 to 9999, to the nanosecond."""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.timestamp_pb2 import Timestamp

from items_protojson.scalars.bounds import Bounds, bounded
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NAIVE_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001 - the zone would only cost time
SECOND: Final = timedelta(seconds=1)
FIRST_SECOND: Final = -62_135_596_800
LAST_SECOND: Final = 253_402_300_799
RFC_3339: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?"
    r"(Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"
)


def timestamp_to_json(message: Timestamp) -> str:
    """The moment in UTC, with as many of 0, 3, 6 or 9 digits as it needs."""
    text = (NAIVE_EPOCH + timedelta(seconds=message.seconds)).isoformat()
    nanos = message.nanos
    if not nanos:
        return f"{text}Z"
    if not nanos % 1_000_000:
        return f"{text}.{nanos // 1_000_000:03}Z"
    if not nanos % 1_000:
        return f"{text}.{nanos // 1_000:06}Z"
    return f"{text}.{nanos:09}Z"


def timestamp_from_json(value: object) -> Timestamp:
    """Read RFC 3339 text; a Timestamp is taken as it is."""
    if isinstance(value, Timestamp):
        return value
    match = RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if not match:
        raise refusal("timestamp", "must be an RFC 3339 time, like 2026-01-31T12:00:00Z")
    date, fraction, zone = match.groups()
    return Timestamp(seconds=_seconds(date + zone), nanos=int((fraction or "0").ljust(9, "0")))


def _seconds(text: str) -> int:
    try:
        seconds = (datetime.fromisoformat(text) - EPOCH) // SECOND
    except ValueError as error:
        raise refusal("timestamp", "must be a date and time that exist") from error
    if not FIRST_SECOND <= seconds <= LAST_SECOND:
        raise refusal("timestamp", "must be in the years 1 to 9999")
    return seconds


def timestamp(
    gt: str | None = None, ge: str | None = None, lt: str | None = None, le: str | None = None
) -> JsonType:
    """A time within bounds, which are given as they are in JSON."""
    given = {"gt": gt, "ge": ge, "lt": lt, "le": le}
    bounds = Bounds(**{name: timestamp_from_json(text) for name, text in given.items() if text})  # type: ignore[typeddict-item]  # the names of bounds
    text = {"type": "string", "format": "date-time"}
    return JsonType(bounded(timestamp_from_json, bounds, _order), timestamp_to_json, text, text)


def _order(message: Timestamp) -> tuple[int, int]:
    return message.seconds, message.nanos


TIMESTAMP: Final = timestamp()
