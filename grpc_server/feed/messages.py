"""The messages of a watch, encoded."""

from collections.abc import Iterable, Iterator

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


def runs(commits: Iterable[bytes]) -> Iterator[bytes]:
    """Messages with *commits*, which are fields of ItemCommits; an empty one is left out."""
    run: list[bytes] = []
    size = 0
    for commit in commits:
        if run and size + len(commit) > RUN_BYTES:
            yield _run(run)
            run, size = [], 0
        if commit:
            run.append(commit)
            size += len(commit)
    if run:
        yield _run(run)


def _run(commits: Iterable[bytes]) -> bytes:
    return embedded(pb.WatchItemsResponse.COMMITS_FIELD_NUMBER, b"".join(commits))
