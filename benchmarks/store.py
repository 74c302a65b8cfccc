"""How fast the store is by itself: `python -m benchmarks.store [--items N]`.

One thread; each call is one snapshot or one durable commit, of one item or of 64.
"""

import argparse
import random
import tempfile
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import count
from time import perf_counter
from typing import NamedTuple

from grpc_server.database.opening import open_store
from grpc_server.database.query import Column, Comparison, ItemQuery, Label, Matches, Operator
from grpc_server.database.store import Change, Commit, Store
from items.v1 import items_pb2 as pb

BATCH = 64
FILL_BATCH = 1000
PAGE = 50
NOW = datetime(2024, 5, 17, 12, tzinfo=UTC)


class Case(NamedTuple):
    """Something to measure; each *call* handles so many *items*."""

    name: str
    items: int
    call: Callable[[], None]


class Subject:
    """A store whose items are numbered from 0 without a gap."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._numbers = count()
        self._size = 0
        self._random = random.Random(1)  # noqa: S311 - not a secret

    def create(self, size: int) -> None:
        """Write *size* new items."""
        self._write([next(self._numbers) for _ in range(size)])
        self._size += size

    def update(self, size: int) -> None:
        """Write *size* items anew that are there."""
        self._write(self._random.sample(range(self._size), size))

    def get(self, size: int) -> None:
        """Read *size* items by their ids."""
        wanted = [_id(number) for number in self._random.sample(range(self._size), size)]
        with self._store.read() as reading:
            reading.head()
            assert len(reading.items(wanted)) == size

    def list_page(self, query: ItemQuery) -> None:
        """Read a full page."""
        with self._store.read() as reading:
            assert len(reading.page(query).items) == query.limit

    def _write(self, numbers: Collection[int]) -> None:
        with self._store.write() as writing:
            start = writing.head().revision + 1
            known = writing.items([_id(number) for number in numbers])
            items = [_item(number, start + place) for place, number in enumerate(numbers)]
            writing.save(Commit([_change(item, is_new=item.id not in known) for item in items]))


def main() -> None:
    """Fill a store, measure each case, and print a line for it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=10_000, help="how many there are at first")
    parser.add_argument("--seconds", type=float, default=2.0, help="how long each case runs")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="items-store-") as folder,
        closing(open_store(f"sqlite:///{folder}/items.db")) as store,
    ):
        subject = Subject(store)
        for _ in range(options.items // FILL_BATCH):
            subject.create(FILL_BATCH)
        print(f"{options.items:,} items\n{'':20}{'calls/s':>10}{'items/s':>10}")
        for name, items, call in cases(subject):
            rate = calls_per_second(call, options.seconds)
            print(f"{name:20}{rate:10,.0f}{rate * items:10,.0f}")


def cases(subject: Subject) -> Iterator[Case]:
    """Give what is measured, in this order."""
    for size in (1, BATCH):
        yield Case(f"get {size}", size, partial(subject.get, size))
    for name, query in queries():
        yield Case(name, query.limit, partial(subject.list_page, query))
    for size in (1, BATCH):
        yield Case(f"update {size}", size, partial(subject.update, size))
    for size in (1, BATCH):
        yield Case(f"create {size}", size, partial(subject.create, size))


def queries() -> Iterator[tuple[str, ItemQuery]]:
    """Give the pages that are measured."""
    yield "first page", ItemQuery(PAGE)
    yield "label of many", ItemQuery(PAGE, Comparison(Label("half"), Operator.EQUAL, "1"))
    yield "label of few", ItemQuery(PAGE, Comparison(Label("part"), Operator.EQUAL, "7"))
    yield "name prefix", ItemQuery(PAGE, Matches(Column.NAME, ("name 0000005", "")))


def calls_per_second(call: Callable[[], None], seconds: float) -> float:
    """Call again and again for so long, after once to warm up."""
    call()
    calls, start = 0, perf_counter()
    while (passed := perf_counter() - start) < seconds:
        call()
        calls += 1
    return calls / passed


def _id(number: int) -> str:
    return f"item-{number:09}"


def _item(number: int, revision: int) -> pb.Item:
    item = pb.Item(
        id=_id(number),
        name=f"name {number:09}",
        description="A thing of the catalogue, described in a sentence of usual length.",
        labels={"half": str(number % 2), "part": str(number % 10)},
        revision=revision,
        etag=str(revision),
    )
    item.attributes.update({"size": number, "colour": "blue"})
    item.create_time.FromDatetime(NOW)
    item.update_time.FromDatetime(NOW)
    return item


def _change(item: pb.Item, *, is_new: bool) -> Change:
    kind = pb.CHANGE_KIND_CREATED if is_new else pb.CHANGE_KIND_UPDATED
    return Change(item.revision, 0, kind, NOW, actor="bench", request_id="", item=item)


if __name__ == "__main__":
    main()
