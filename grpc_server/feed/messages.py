"""The messages of a watch, encoded."""

from collections.abc import Sequence

from grpc_server.feed.wire import embedded
from items.v1 import items_pb2 as pb

RUN_BYTES = 64 * 1024
"""How large a run of revisions grows: one that is larger by itself is a message, too."""


def bookmark(revision: int, store_id: str) -> bytes:
    """Everything up to *revision* has been told."""
    told = pb.Bookmark(revision=revision, store_id=store_id)
    return pb.WatchItemsResponse(bookmark=told).SerializeToString()


def snapshot(part: pb.ItemSnapshot) -> bytes:
    """A part of the snapshot."""
    return pb.WatchItemsResponse(snapshot=part).SerializeToString()


def run(commits: Sequence[bytes]) -> bytes:
    """A message with *commits*, which are fields of ItemCommits; empty if they all are."""
    told = b"".join(commits)
    return embedded(pb.WatchItemsResponse.COMMITS_FIELD_NUMBER, told) if told else b""
