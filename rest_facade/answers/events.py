"""The events of a watch over HTTP: one for each revision, snapshot part and bookmark."""

from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import Any

from items.v1 import items_pb2 as pb
from items.v1.items_converters import (
    bookmark_to_json,
    item_change_to_json,
    item_changes_to_json,
    item_snapshot_to_json,
    item_to_json,
)
from items_protojson.parsing.encoding import encode
from rest_facade.answers.json_answers import ToJson
from rest_facade.problems.problems import Problem

COMMIT = "commit"
SNAPSHOT = "snapshot"
BOOKMARK = "bookmark"
ERROR = "error"

AT_ONCE = 10
"""The most elements of a message that are converted at once; a larger one takes steps."""

Steps = Generator[None, None, bytes]


@dataclass(frozen=True, slots=True)
class Event:
    """*content* is what *name* says in ProtoJSON, encoded.

    *cursor* is the revision to go on from; None where a watcher cannot go on from here:
    within a snapshot, which has to be told from its beginning, and at an error.
    """

    name: str
    content: bytes
    cursor: int | None


def events_of(message: pb.WatchItemsResponse) -> Generator[None, None, list[Event]]:
    """Return the events that *message* tells of, in steps; it is used up.

    There are none if a newer server tells what we do not know.
    """
    kind = message.WhichOneof("event")
    events = []
    if kind == "commits":
        for commit in message.commits.commits:
            content = yield from _commit(commit)
            events.append(Event(COMMIT, content, commit.revision))
    elif kind == "bookmark":
        bookmark = message.bookmark
        events.append(Event(BOOKMARK, encode(bookmark_to_json(bookmark)), bookmark.revision))
    elif kind == "snapshot":
        part = message.snapshot
        content = yield from _snapshot(part)
        events.append(Event(SNAPSHOT, content, part.revision if part.complete else None))
    return events


def error_event(problem: Problem, correlation_id: str) -> Event:
    """Return the last event of a stream that *problem* ended."""
    return Event(ERROR, encode(problem.to_json(correlation_id)), None)


def _commit(commit: pb.ItemChanges) -> Steps:
    if len(commit.changes) <= AT_ONCE:
        return encode(item_changes_to_json(commit))
    changes = yield from _elements(commit.changes, item_change_to_json)
    commit.ClearField("changes")
    return _with(item_changes_to_json(commit), b"changes", changes)


def _snapshot(part: pb.ItemSnapshot) -> Steps:
    if len(part.items) <= AT_ONCE:
        return encode(item_snapshot_to_json(part))
    items = yield from _elements(part.items, item_to_json)
    part.ClearField("items")
    return _with(item_snapshot_to_json(part), b"items", items)


def _elements(elements: Iterable[Any], to_json: ToJson[Any]) -> Steps:
    """Return the JSON of *elements*, one in a step."""
    encoded = []
    for element in elements:
        encoded.append(encode(to_json(element)))
        yield
    return b",".join(encoded)


def _with(rest: dict[str, Any], name: bytes, elements: bytes) -> bytes:
    """Return *rest* as JSON, with the list *name* of *elements*."""
    members = [b'"%b":[%b]' % (name, elements), *filter(None, (encode(rest)[1:-1],))]
    return b"{%b}" % b",".join(members)
