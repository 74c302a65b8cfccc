"""The writer of imported items: batches in, calls out."""

from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress

from items.v1 import items_pb2 as pb
from items_cli import errors
from items_cli.importing.batches import Batch, gather
from items_cli.importing.lines import Line
from items_cli.importing.tally import Tally
from items_cli.session import Session
from items_client import statuses
from items_client.errors import DeadlineExceeded, ItemsError, Overloaded, Unavailable

Answer = Future[pb.BatchWriteItemsResponse]

LAST_WAIT = 2.0
"""The time, in seconds, that an interrupted import waits for the batch under way."""

Refuse = Callable[[int, str], None]
"""A function that takes the number of a refused line, and the reason."""


class Importer:
    """Replaces items, batch by batch, and passes each refused line to *refuse*.

    A refused write does not stop the others of its batch. Importing twice changes nothing the
    second time.
    """

    def __init__(self, session: Session, refuse: Refuse) -> None:
        self._session = session
        self._tell = refuse
        self._under_way: tuple[Batch, Answer | None] | None = None
        self.tally = Tally()

    def run(self, lines: Iterable[Line], most_lines: int) -> None:
        """Import *lines* in batches of at most *most_lines*, in order.

        While the service writes one batch, the next is read.

        Raises:
            ItemsError: the service does not answer any more.
        """
        try:
            for batch in gather(lines, most_lines):
                self._finish()
                self._under_way = batch, self._send(batch)
        except KeyboardInterrupt:
            with suppress(ItemsError, TimeoutError):
                self._finish(LAST_WAIT)
            raise
        self._finish()

    def _send(self, batch: Batch) -> Answer | None:
        """Start to write the items of *batch*; return None if it has none."""
        if not batch.items:
            return None
        requests = [pb.ReplaceItemRequest(item=item) for item in batch.items.values()]
        call = self._session.items.batch_write(requests, allow_partial=True)
        return self._session.start(call)

    def _finish(self, seconds: float | None = None) -> None:
        """Wait for the batch under way, if there is one, and report its refused lines."""
        if self._under_way is None:
            return
        (batch, answer), self._under_way = self._under_way, None
        try:
            self._settle(batch, answer, seconds)
        finally:
            self._report(batch.refused)

    def _settle(self, batch: Batch, answer: Answer | None, seconds: float | None) -> None:
        """Send *batch* again without the items that break the limits, until the rest is taken."""
        while answer is not None:
            try:
                self._take(batch, answer.result(seconds))
            except (Unavailable, Overloaded, DeadlineExceeded):
                raise
            except ItemsError as error:
                _sort_out(batch, error)
                answer = self._send(batch)
            else:
                return

    def _take(self, batch: Batch, answer: pb.BatchWriteItemsResponse) -> None:
        """Count the written items, and refuse those of *batch* that *answer* has an error for."""
        for number, result in zip(tuple(batch.items), answer.results, strict=True):
            if result.HasField("error"):
                _refuse(batch, number, errors.reason(statuses.from_status(result.error)))
            else:
                self.tally.written(result.kind)

    def _report(self, refused: dict[int, str]) -> None:
        for number in sorted(refused):
            self.tally.refuse()
            self._tell(number, refused[number])


def _sort_out(batch: Batch, error: ItemsError) -> None:
    """Refuse the items that *error* names, or all of them if it names none."""
    named = errors.reasons_by_write(error)
    for index, number in enumerate(tuple(batch.items)):
        if not named or index in named:
            _refuse(batch, number, named.get(index) or errors.reason(error))


def _refuse(batch: Batch, number: int, reason: str) -> None:
    batch.refuse(number, f"item {batch.items[number].id}: {reason}")
