"""The messages of a watch, encoded.

A commit is encoded once for all watches that show it. The order of fields is free and a
repeated field is a field for each element
(https://protobuf.dev/programming-guides/encoding/), so that a message is the
concatenation of its parts.
"""

from collections.abc import Sequence

from items.v1 import items_pb2 as pb

RUN_BYTES = 64 * 1024
"""The size up to which revisions share a message; a larger revision is a message of its own."""

_LENGTH_DELIMITED = 2
_MORE = 0x80


def bookmark(revision: int, store_id: str) -> bytes:
    """Return the message that the watch has received everything up to *revision*."""
    told = pb.Bookmark(revision=revision, store_id=store_id)
    return pb.WatchItemsResponse(bookmark=told).SerializeToString()


def snapshot(part: pb.ItemSnapshot) -> bytes:
    """Return the message with one *part* of the snapshot."""
    return pb.WatchItemsResponse(snapshot=part).SerializeToString()


def run(commits: Sequence[bytes]) -> bytes:
    """Return the message with *commits*, which are fields of ItemCommits; empty if they all are."""
    shown = b"".join(commits)
    return embedded(pb.WatchItemsResponse.COMMITS_FIELD_NUMBER, shown) if shown else b""


def embedded(field_number: int, message: bytes) -> bytes:
    """Return the field *field_number* that holds *message*, which is encoded."""
    return b"".join(
        (_varint(field_number << 3 | _LENGTH_DELIMITED), _varint(len(message)), message)
    )


def _varint(number: int) -> bytes:
    if number < _MORE:
        return bytes((number,))
    encoded = bytearray()
    while number >= _MORE:
        encoded.append(number & (_MORE - 1) | _MORE)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
