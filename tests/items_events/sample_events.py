"""Events without a service: what a store would have told."""

from collections.abc import Iterable

from items.v1 import items_pb2 as pb
from items_events.cloud_events import CloudEvent, EventEncoder

STORE = "store-1"


def events(
    revisions: Iterable[int],
    *,
    labels: dict[str, str] | None = None,
    description: str = "",
    store: str = STORE,
) -> list[CloudEvent]:
    """An event for each of *revisions*."""
    return [
        event
        for revision in revisions
        for event in EventEncoder(store).events(commit(revision, labels, description))
    ]


def commit(
    revision: int, labels: dict[str, str] | None = None, description: str = ""
) -> pb.ItemChanges:
    """A revision in which one item was created."""
    item = pb.Item(
        id=f"item-{revision}",
        name="Vim",
        labels=labels,
        description=description,
        revision=revision,
        etag=str(revision),
    )
    change = pb.ItemChange(kind=pb.CHANGE_KIND_CREATED, item=item)
    made = pb.ItemChanges(revision=revision, changes=[change])
    made.commit_time.FromSeconds(1_700_000_000)
    return made
