"""Short ways to write to a store and to read from it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from grpc_server.database.query import Condition, ItemQuery
from grpc_server.database.store import Change, Commit, Head, Page, Store
from items.v1 import items_pb2 as pb

CREATED = pb.CHANGE_KIND_CREATED
UPDATED = pb.CHANGE_KIND_UPDATED
DELETED = pb.CHANGE_KIND_DELETED
EXPIRED = pb.CHANGE_KIND_EXPIRED

NOON = datetime(2024, 5, 17, 12, 0, 0, 123456, tzinfo=UTC)


def change(
    revision: int, item: pb.Item, kind: pb.ChangeKind.ValueType = CREATED, *, ordinal: int = 0
) -> Change:
    """A change whose time tells its revision."""
    return Change(
        revision=revision,
        ordinal=ordinal,
        kind=kind,
        commit_time=NOON + timedelta(seconds=revision),
        actor="ada",
        request_id=f"request-{revision}",
        item=item,
    )


def commit(store: Store, *changes: Change) -> None:
    """Write *changes* in one transaction."""
    with store.write() as writing:
        writing.save(Commit(changes))


def save_and_fail(store: Store, saved: Commit) -> None:
    """Write *saved* in a transaction that then fails with LookupError."""
    with store.write() as writing:
        writing.save(saved)
        raise LookupError


def add(store: Store, *items: pb.Item, kind: pb.ChangeKind.ValueType = CREATED) -> list[pb.Item]:
    """Write each of *items* under the next revision, in one transaction; answer with them."""
    revision = head(store).revision
    versions = [_version(item, revision + place) for place, item in enumerate(items, start=1)]
    commit(store, *(change(version.revision, version, kind) for version in versions))
    return versions


def head(store: Store) -> Head:
    """Where the store stands."""
    with store.read() as reading:
        return reading.head()


def get(store: Store, *ids: str) -> dict[str, pb.Item]:
    """The items that exist among *ids*."""
    with store.read() as reading:
        return reading.items(ids)


def page(store: Store, query: ItemQuery) -> Page:
    """One page."""
    with store.read() as reading:
        return reading.page(query)


def found(store: Store, where: Condition) -> list[str]:
    """The ids of the items that *where* is true for."""
    return ids(page(store, ItemQuery(limit=1000, where=where, show_deleted=True)).items)


def ids(items: Iterable[pb.Item]) -> list[str]:
    """The ids of *items*."""
    return [item.id for item in items]


def _version(item: pb.Item, revision: int) -> pb.Item:
    version = pb.Item()
    version.CopyFrom(item)
    version.revision = revision
    version.etag = str(revision)
    return version
