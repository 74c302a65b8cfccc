"""Changes of the store as the feed tells them: a message for each revision."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

from grpc_server.database.store import Change
from items.v1 import items_pb2 as pb


def commits_of(changes: Iterable[Change]) -> Iterator[pb.ItemChanges]:
    """The revisions of *changes*, in order, each with the versions before."""
    for revision, group in groupby(changes, key=attrgetter("revision")):
        first, *rest = group
        commit = pb.ItemChanges(
            revision=revision,
            actor=first.actor,
            request_id=first.request_id,
            changes=[_change(change) for change in (first, *rest)],
        )
        commit.commit_time.FromDatetime(first.commit_time)
        yield commit


def _change(change: Change) -> pb.ItemChange:
    return pb.ItemChange(kind=change.kind, item=change.item, previous=change.previous)
