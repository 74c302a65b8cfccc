"""Lines gathered into batches whose items one call can carry."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from items.v1 import items_pb2 as pb
from items_cli.importing.item_line import RefusedLine, parse_item
from items_cli.importing.lines import Line

MOST_BYTES = 3 << 20
"""The largest batch, in bytes: below the 4 MiB of a gRPC message, with room for the rest of it."""

OVERHEAD = 64
"""The bytes that a batch needs around each item: tags and lengths."""


@dataclass(slots=True)
class Batch:
    """The items of some lines, and the reasons of the refused ones, by the number of the line."""

    items: dict[int, pb.Item] = field(default_factory=dict)
    refused: dict[int, str] = field(default_factory=dict)
    size: int = 0

    def add(self, number: int, item: pb.Item) -> None:
        """Add the item of line *number*."""
        self.items[number] = item
        self.size += _size(item)

    def refuse(self, number: int, reason: str) -> None:
        """Set the reason why line *number* is refused, and remove its item."""
        self.items.pop(number, None)
        self.refused[number] = reason

    def is_full(self, most_lines: int) -> bool:
        """Return whether the batch has *most_lines* lines."""
        return len(self.items) + len(self.refused) >= most_lines

    def has_room_for(self, item: pb.Item) -> bool:
        """Return whether one call can carry *item* too."""
        return self.size + _size(item) <= MOST_BYTES


def gather(lines: Iterable[Line], most_lines: int) -> Iterator[Batch]:
    """Yield batches of at most *most_lines* lines, in order; blank lines are skipped."""
    batch = Batch()
    for line in lines:
        if not line.content.strip():
            continue
        if batch.is_full(most_lines):
            yield batch
            batch = Batch()
        try:
            item = parse_item(line)
        except RefusedLine as error:
            batch.refuse(line.number, str(error))
            continue
        if not batch.has_room_for(item):
            yield batch
            batch = Batch()
        batch.add(line.number, item)
    yield batch


def _size(item: pb.Item) -> int:
    return item.ByteSize() + OVERHEAD
