"""Compares what a feed has told with the `changes` table: records -> complaints.

Pure: it knows nothing of servers, watches and brokers, so that its own tests can show
that it finds what it is there to find.
"""

from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeVar

from items.v1 import items_pb2 as pb
from tests.crash.feed.table import Table
from tests.crash.feed.views import View, changes_of, items_of

K = TypeVar("K", bound=Hashable)

KINDS: Mapping[int, str] = {
    pb.CHANGE_KIND_CREATED: "items.v1.item.created",
    pb.CHANGE_KIND_UPDATED: "items.v1.item.updated",
    pb.CHANGE_KIND_DELETED: "items.v1.item.deleted",
    pb.CHANGE_KIND_UNDELETED: "items.v1.item.undeleted",
    pb.CHANGE_KIND_EXPIRED: "items.v1.item.expired",
}
"""What an event calls each kind of change."""


@dataclass(slots=True)
class Told:
    """What a watch has told: the items as they were at revision *start*, then *commits*."""

    start: int = 0
    items: list[pb.Item] = field(default_factory=list)
    commits: list[pb.ItemChanges] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Published:
    """An event that a broker has."""

    id: str
    type: str
    subject: str
    item: pb.Item


def about_watch(view: View, told: Told, table: Table) -> list[str]:
    """Everything in which *told* is not what *view* shows of *table*: none, if all is well."""
    first = [commit for commit in table.commits if commit.revision <= told.start]
    shown = changes_of(view, table.commits)[len(changes_of(view, first)) :]
    return [
        *_about_items(told, items_of(view, first)),
        *_out_of_order([commit.revision for commit in told.commits]),
        *_differing(
            "revision", _by_revision(told.commits), {commit.revision: commit for commit in shown}
        ),
    ]


def about_broker(published: Sequence[Published], table: Table) -> list[str]:
    """Everything in which *published* is not *table*, each change at least once and in order."""
    expected = {event.id: event for event in _events(table)}
    first = {event.id: event for event in reversed(published)}
    appeared = list(dict.fromkeys(event.id for event in published))
    place = {event_id: number for number, event_id in enumerate(expected)}
    return [
        *_out_of_order([place[event_id] for event_id in appeared if event_id in place]),
        *_differing("event", first, expected),
        *(
            f"event {event.id} is repeated, and differs"
            for event in published
            if event != first[event.id]
        ),
    ]


def _about_items(told: Told, expected: Sequence[pb.Item]) -> Iterator[str]:
    """The items that a watch begins with."""
    told_items = {item.id: item for item in told.items}
    if len(told_items) < len(told.items):
        yield f"the snapshot of {told.start} has an item twice"
    yield from _differing(
        f"in the snapshot of {told.start}, item",
        told_items,
        {item.id: item for item in expected},
    )


def _out_of_order(places: Sequence[int]) -> Iterator[str]:
    for last, place in pairwise(places):
        if place <= last:
            yield f"{place} comes after {last}"


def _differing(what: str, told: Mapping[K, object], expected: Mapping[K, object]) -> Iterator[str]:
    yield from (f"{what} {key} is missing" for key in expected if key not in told)
    yield from (f"{what} {key} is not in the table" for key in told if key not in expected)
    for key in expected.keys() & told.keys():
        if told[key] != expected[key]:
            yield f"{what} {key} is told as {told[key]}, and is {expected[key]}"


def _by_revision(commits: Sequence[pb.ItemChanges]) -> Mapping[int, pb.ItemChanges]:
    return {commit.revision: commit for commit in commits}


def _events(table: Table) -> Iterator[Published]:
    for commit in table.commits:
        for ordinal, change in enumerate(commit.changes):
            event_id = f"{table.store_id}/{commit.revision}/{ordinal}"
            yield Published(event_id, KINDS[change.kind], change.item.id, change.item)
