"""Brings the items of an NDJSON stream into the service."""

from collections.abc import Callable, Iterable

from items.v1 import items_pb2 as pb
from items_cli import refusals
from items_cli.batches import Batch, gather
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

    def run(self, lines: Iterable[Line], most_lines: int) -> None:
        """Import *lines* in batches of at most *most_lines*.

        Raises ItemsError if the service does not answer any more.
        """
        for batch in gather(lines, most_lines):
            try:
                self._write(batch)
            finally:
                self._report(batch.refused)

    def _write(self, batch: Batch) -> None:
        """Write what the service takes of *batch*; what breaks its limits is sorted out."""
        while batch.items:
            try:
                answer = self._send(batch)
            except (Unavailable, Overloaded, DeadlineExceeded):
                raise
            except ItemsError as error:
                _sort_out(batch, error)
            else:
                self._take(batch, answer)
                return

    def _send(self, batch: Batch) -> pb.BatchWriteItemsResponse:
        requests = [pb.ReplaceItemRequest(item=item) for item in batch.items.values()]
        return self._session.run(self._session.items.batch_write(requests, allow_partial=True))

    def _take(self, batch: Batch, answer: pb.BatchWriteItemsResponse) -> None:
        """Count what was written, and note in *batch* what was refused by itself."""
        for number, result in zip(tuple(batch.items), answer.results, strict=True):
            if result.HasField("error"):
                _refuse(batch, number, refusals.reason(statuses.from_status(result.error)))
            else:
                self.tally.written(result.kind)

    def _report(self, refused: dict[int, str]) -> None:
        for number in sorted(refused):
            self.tally.refuse()
            self._tell(number, refused[number])


def _sort_out(batch: Batch, error: ItemsError) -> None:
    """Refuse the items that *error* names, or all of them if it names none."""
    named = refusals.reasons_by_write(error)
    for index, number in enumerate(tuple(batch.items)):
        if not named or index in named:
            _refuse(batch, number, named.get(index) or refusals.reason(error))


def _refuse(batch: Batch, number: int, reason: str) -> None:
    batch.refuse(number, f"item {batch.items[number].id}: {reason}")
