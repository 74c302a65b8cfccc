"""One batch of write units on its way to the disk, through as many transactions as it takes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from grpc_server.database.errors import CommitUnknown, StoreError, StoreInterrupted
from grpc_server.database.retries import persistently
from grpc_server.database.store import Change, Commit, Store, Writing
from grpc_server.items.errors import CatalogError
from grpc_server.writes.commit_time import Moment, Timekeeper
from grpc_server.writes.loading import affordable, refuse_too_large
from grpc_server.writes.staging import Staging
from grpc_server.writes.units import WriteUnit


@dataclass(frozen=True, slots=True)
class Committed:
    """What was written, and the outcome of each unit: its answer, or the error that it raised.

    Units at the end of the batch that have none are still to be applied: the others load as
    much as a transaction may.
    """

    commit: Commit
    outcomes: Sequence[Any]

    @property
    def changes(self) -> Sequence[Change]:
        """The changes, in order."""
        return self.commit.changes

    @property
    def is_recognizable(self) -> bool:
        """Whether it would leave something behind that it can be known by."""
        return bool(self.commit.changes or self.commit.answers)


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What may be written or not, as the error says."""

    committed: Committed
    error: CommitUnknown


class Attempt:
    """Commits *units* together, once, in as many transactions as that takes.

    *clock* gives the current time, *new_id* the id of an item that comes without one,
    *seen* the greatest revision that is known to have been committed.
    """

    def __init__(
        self,
        store: Store,
        units: Sequence[WriteUnit[Any]],
        clock: Callable[[], datetime],
        new_id: Callable[[], str],
        seen: Callable[[], int] = lambda: 0,
    ) -> None:
        self._store = store
        self._units = units
        self._clock = clock
        self._new_id = new_id
        self._seen = seen
        self._doubt: _Doubt | None = None

    def commit(self, is_wanted: Callable[[], bool] = lambda: True) -> Committed:
        """Commit, as persistently as the database needs it, while *is_wanted*. Blocks.

        Raises:
            CommitUnknown: the commit may be written or not, and nothing could tell in time.
            StoreError: the database failed; nothing was written.
        """
        try:
            return persistently(self._try, is_wanted=is_wanted)
        except StoreInterrupted as error:
            if self._doubt is not None:
                raise self._doubt.error from error
            raise

    def _try(self) -> Committed:
        if self._doubt is not None and self._is_written(self._doubt):
            return self._doubt.committed
        self._doubt = None
        return self._apply()

    def _apply(self) -> Committed:
        committed = Committed(Commit(), ())
        try:
            with self._store.write(self._seen()) as transaction:
                committed = self._applied(transaction)
                transaction.save(committed.commit)
        except CommitUnknown as error:
            if not committed.is_recognizable:
                raise
            self._doubt = _Doubt(committed, error)
            raise StoreInterrupted(str(error)) from error
        return committed

    def _applied(self, transaction: Writing) -> Committed:
        units = self._units[: affordable(self._units, transaction)]
        if len(units) == 1:
            try:
                refuse_too_large(units[0], transaction)
            except CatalogError as refusal:
                return Committed(Commit(), [refusal])
        staging = Staging(transaction, self._moment(transaction), self._new_id)
        staging.load(
            chain.from_iterable(unit.ids() for unit in units),
            chain.from_iterable(unit.keys() for unit in units),
        )
        return Committed(staging.commit(), [_applied(unit, staging) for unit in units])

    def _moment(self, transaction: Writing) -> Moment:
        """The time of what the transaction writes; a plain clock is believed."""
        if isinstance(self._clock, Timekeeper):
            head = transaction.head()
            return self._clock.moment(head.doubted_since or head.commit_time, transaction.time)
        return Moment(self._clock())

    def _is_written(self, doubt: _Doubt) -> bool:
        """Tell whether the transaction before has written what it was to.

        A write transaction begins only when that one has ended, whichever way it did.
        """
        commit = doubt.committed.commit
        try:
            with self._store.write(self._seen()) as transaction:
                oldest = transaction.head().oldest_revision
                is_kept = all(change.revision >= oldest for change in commit.changes)
                is_written = is_kept and transaction.holds(commit)
        except CommitUnknown as error:
            raise StoreInterrupted(str(error)) from error
        if not is_kept:
            raise doubt.error
        return is_written


def _applied(unit: WriteUnit[Any], staging: Staging) -> Any:
    try:
        with staging.attempt():
            return unit.apply(staging)
    except CatalogError as refusal:
        return refusal
    except StoreError:  # the transaction has failed, and with it every unit
        raise
    except Exception as fault:  # noqa: BLE001  # a fault in one unit must not disturb its neighbours
        return fault
