"""A store with something of everything, and time that fits."""

from collections.abc import Sequence
from datetime import timedelta

from grpc_server.database.opening import open_store
from grpc_server.database.store import Change, Commit, RequestKey, Store, StoredAnswer
from items.v1 import items_pb2 as pb
from items.v1 import sinks_pb2
from tests.grpc_server.database.histories import CREATED, DELETED, EXPIRED, NOON, UPDATED, change


def make_store(url: str) -> None:
    """Make a store at revision 8, kept from revision 3 on, with items, labels, sinks, answers."""
    store = open_store(url)
    for changes in HISTORY:
        _commit(store, changes)
    with store.write() as writing:
        writing.compact(3)
        writing.put_sink(sinks_pb2.Sink(name="near", revision=8, parked_count=1))
        writing.put_sink(sinks_pb2.Sink(name="far", revision=2))
        writing.park("near", sinks_pb2.ParkedEvent(revision=7, ordinal=0, why="refused"))
    store.close()


def version(revision: int, item_id: str, **fields: object) -> pb.Item:
    """The item as it is stored at *revision*."""
    item = pb.Item(id=item_id, revision=revision, etag=str(revision), **fields)  # type: ignore[arg-type]
    item.create_time.FromDatetime(NOON)
    return item


def _commit(store: Store, changes: Sequence[Change]) -> None:
    revision = changes[0].revision
    answer = StoredAnswer(RequestKey("ada", f"r{revision}"), b"f", b"a", NOON + timedelta(days=1))
    with store.write() as writing:
        writing.save(Commit(changes, [answer]))


def _deleted(revision: int, item_id: str) -> pb.Item:
    item = version(revision, item_id)
    item.expire_time.FromDatetime(NOON + timedelta(days=30))
    return item


def _odd(revision: int) -> pb.Item:
    item = version(revision, "odd", description="naïve", labels={"kind": "", "ünï": "x y"})
    item.attributes.update({"a": [1, 2.5, None, {"b": True}], "large": 1e300, "-": -0.0})
    return item


HISTORY: Sequence[Sequence[Change]] = (
    [change(1, version(1, "vim", labels={"kind": "editor"}), CREATED)],
    [change(2, version(2, "ed"), CREATED)],
    [
        change(3, version(3, "nano", name="Nano", labels={"kind": "editor"}), CREATED),
        change(3, _odd(3), CREATED, ordinal=1),
    ],
    [change(4, version(4, "vim", name="Vim", labels={"kind": "editor", "v": "9"}), UPDATED)],
    [change(5, _deleted(5, "ed"), DELETED)],
    [change(6, version(6, "gone"), CREATED)],
    [change(7, version(7, "gone"), EXPIRED)],
    [change(8, version(8, "emacs"), CREATED)],
)
