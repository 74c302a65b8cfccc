"""Brings the items of an NDJSON stream into the service."""

from collections.abc import Callable, Iterable, Iterator

from items.v1 import items_pb2 as pb
from items_cli import refusals
from items_cli.batches import Batch, gather
from items_cli.item_line import RefusedLine, parse_item
from items_cli.lines import Line
from items_cli.session import Session
from items_cli.tally import Tally
from items_client import statuses
from items_client.errors import DeadlineExceeded, ItemsError, Overloaded, Unavailable

Refuse = Callable[[int, str], None]
"""Is told the number of a refused line, and why it is refused."""


class Importer:
    """Replaces items, batch by batch; each line that is refused is told to *refuse*.

    Each write stands for itself, so that one refused line disturbs no other. Done
    twice, the second time changes nothing.
    """

    def __init__(self, session: Session, refuse: Refuse) -> None:
        self._session = session
        self._tell = refuse
        self.tally = Tally()

    def run(self, lines: Iterable[Line], most_items: int) -> None:
        """Import *lines* in batches of at most *most_items*.

        Raises ItemsError if the service does not answer any more.
        """
        for batch in gather(self._items(lines), most_items):
            self._write(batch)

    def _items(self, lines: Iterable[Line]) -> Iterator[tuple[int, pb.Item]]:
        for line in lines:
            if not line.content.strip():
                continue
            try:
                item = parse_item(line)
            except RefusedLine as error:
                self._refuse(line.number, str(error))
            else:
                yield line.number, item

    def _write(self, batch: Batch) -> None:
        """Write what the service takes of *batch*; what breaks its limits is sorted out."""
        while batch.items:
            try:
                answer = self._send(batch)
            except (Unavailable, Overloaded, DeadlineExceeded):
                raise
            except ItemsError as error:
                batch = self._sort_out(batch, error)
            else:
                self._count(batch, answer)
                return

    def _send(self, batch: Batch) -> pb.BatchWriteItemsResponse:
        requests = [pb.ReplaceItemRequest(item=item) for item in batch.items]
        return self._session.run(self._session.items.batch_write(requests, allow_partial=True))

    def _sort_out(self, batch: Batch, error: ItemsError) -> Batch:
        """The rest of *batch*, which was refused as a whole, without what *error* names."""
        everything = dict.fromkeys(range(len(batch.items)), refusals.reason(error))
        named = refusals.reasons_by_write(error) or everything
        rest = Batch()
        for index, (number, item) in enumerate(zip(batch.numbers, batch.items, strict=True)):
            if index in named:
                self._refuse(number, f"item {item.id}: {named[index]}")
            else:
                rest.add(number, item)
        return rest

    def _count(self, batch: Batch, answer: pb.BatchWriteItemsResponse) -> None:
        for number, item, result in zip(batch.numbers, batch.items, answer.results, strict=True):
            if result.HasField("error"):
                error = statuses.from_status(result.error)
                self._refuse(number, f"item {item.id}: {refusals.reason(error)}")
            else:
                self.tally.written(result.kind)

    def _refuse(self, number: int, reason: str) -> None:
        self.tally.refuse()
        self._tell(number, reason)
