"""What a watcher is told over HTTP: one event for each revision, snapshot part, bookmark."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from items.v1 import items_pb2 as pb
from items.v1.items_converters import (
    bookmark_to_json,
    item_changes_to_json,
    item_snapshot_to_json,
)
from rest_facade.problems import Problem

COMMIT = "commit"
SNAPSHOT = "snapshot"
BOOKMARK = "bookmark"
ERROR = "error"


@dataclass(frozen=True, slots=True)
class Event:
    """*content* is ProtoJSON of what *name* says.

    *cursor* is the revision to go on from; None where a watcher cannot go on from here:
    within a snapshot, which has to be told from its beginning, and at an error.
    """

    name: str
    content: Any
    cursor: int | None


def events_of(message: pb.WatchItemsResponse) -> Iterator[Event]:
    """The events that *message* tells of; none if a newer server tells what we do not know."""
    kind = message.WhichOneof("event")
    if kind == "commits":
        for commit in message.commits.commits:
            yield Event(COMMIT, item_changes_to_json(commit), commit.revision)
    elif kind == "bookmark":
        yield Event(BOOKMARK, bookmark_to_json(message.bookmark), message.bookmark.revision)
    elif kind == "snapshot":
        part = message.snapshot
        yield Event(SNAPSHOT, item_snapshot_to_json(part), part.revision if part.complete else None)


def error_event(problem: Problem, request_id: str) -> Event:
    """The last event of a stream that *problem* ended."""
    return Event(ERROR, problem.to_json(request_id), None)
