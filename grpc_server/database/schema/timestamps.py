"""Times as the database holds them: whole microseconds since 1970 in UTC."""

from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PER_SECOND = 1_000_000


def from_datetime(time: datetime) -> int:
    """Give *time*, which has a time zone, as microseconds, exactly."""
    return (time - _EPOCH) // _MICROSECOND


def to_datetime(micros: int) -> datetime:
    """Give *micros* as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def from_timestamp(time: Timestamp) -> int:
    """Give *time* as microseconds; parts of one are cut off."""
    return time.seconds * _PER_SECOND + time.nanos // 1000


def to_timestamp(micros: int) -> Timestamp:
    """Give *micros* as the message that the contract uses."""
    seconds, rest = divmod(micros, _PER_SECOND)
    return Timestamp(seconds=seconds, nanos=rest * 1000)
