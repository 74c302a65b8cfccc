"""Items gathered into batches that one call can carry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from items.v1 import items_pb2 as pb

MOST_ITEMS = 1000
"""What the contract allows in one BatchWriteItems."""

MOST_BYTES = 3 << 20
"""Below the 4 MiB that a gRPC message may have, with room for what is around an item."""

OVERHEAD = 64
"""Bytes that a batch needs around each item: tags and lengths."""


@dataclass(slots=True)
class Batch:
    """Items, and the number of the line that each came from."""

    numbers: list[int] = field(default_factory=list)
    items: list[pb.Item] = field(default_factory=list)
    size: int = 0

    def add(self, number: int, item: pb.Item) -> None:
        """Add *item* from line *number*."""
        self.numbers.append(number)
        self.items.append(item)
        self.size += item.ByteSize() + OVERHEAD

    def has_room_for(self, item: pb.Item, most_items: int) -> bool:
        """Whether *item* can be added."""
        fits = self.size + item.ByteSize() + OVERHEAD <= MOST_BYTES
        return not self.items or (fits and len(self.items) < most_items)


def gather(numbered: Iterable[tuple[int, pb.Item]], most_items: int) -> Iterator[Batch]:
    """Batches of at most *most_items*, in order; one that is too large stands alone."""
    batch = Batch()
    for number, item in numbered:
        if not batch.has_room_for(item, most_items):
            yield batch
            batch = Batch()
        batch.add(number, item)
    if batch.items:
        yield batch
