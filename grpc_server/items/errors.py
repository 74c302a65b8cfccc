"""The errors that a caller can cause, and that a caller can act on.

    CatalogError
    ├── InvalidRequest             INVALID_ARGUMENT
    │   ├── InvalidFilter
    │   ├── InvalidOrderBy
    │   ├── InvalidPageToken
    │   ├── InvalidUpdateMask
    │   └── DuplicateId
    ├── ItemNotFound               NOT_FOUND
    │   └── ItemDeleted
    ├── ItemAlreadyExists          ALREADY_EXISTS
    ├── ItemNotDeleted             ALREADY_EXISTS
    ├── EtagMismatch               ABORTED
    ├── RequestIdReused            FAILED_PRECONDITION
    ├── RevisionCompacted          OUT_OF_RANGE
    ├── RevisionInFuture           OUT_OF_RANGE
    ├── RevisionNotReached         UNAVAILABLE
    ├── Overloaded                 RESOURCE_EXHAUSTED
    ├── DeadlinePassed             DEADLINE_EXCEEDED
    ├── StoreMismatch              FAILED_PRECONDITION
    ├── WatcherTooSlow             ABORTED
    ├── StoreFailedOver            UNAVAILABLE
    ├── SinkNotFound               NOT_FOUND
    ├── SinkHeld                   FAILED_PRECONDITION
    ├── LeaseLost                  ABORTED
    ├── RevisionNotNext            FAILED_PRECONDITION
    └── ShuttingDown               UNAVAILABLE

`status.py` holds the table from these to gRPC codes. Everything else that is
raised is a fault of the service.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Self

from items.v1 import errors_pb2


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request.

    *field* is the path in the request message in snake_case, as in
    google.rpc.BadRequest: ``item.name``, ``writes[3].create.item.labels``.
    """

    field: str
    description: str


class CatalogError(Exception):
    """A request that is refused; *metadata* goes into ErrorInfo."""

    reason: ClassVar[errors_pb2.ErrorReason.ValueType]

    def __init__(
        self,
        message: str,
        *,
        violations: Sequence[Violation] = (),
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.violations = tuple(violations)
        self.metadata = dict(metadata or {})

    def within(self, path: str) -> Self:
        """The same error as part of a larger request, whose field *path* it is about."""
        return type(self)(
            f"{path}: {self.message}",
            violations=[Violation(f"{path}.{v.field}", v.description) for v in self.violations],
            metadata=self.metadata | {"field": path},
        )


class InvalidRequest(CatalogError):
    """A field breaks a rule of the catalogue."""

    reason = errors_pb2.ERROR_REASON_VALIDATION_FAILED

    @classmethod
    def at(cls, field: str, description: str) -> Self:
        """An error with one violation, which is its message too."""
        return cls(f"{field}: {description}", violations=[Violation(field, description)])


class InvalidFilter(InvalidRequest):
    """The filter cannot be read or compares what cannot be compared."""

    reason = errors_pb2.ERROR_REASON_INVALID_FILTER


class InvalidOrderBy(InvalidRequest):
    """The order names an unknown field or repeats one."""

    reason = errors_pb2.ERROR_REASON_INVALID_ORDER_BY


class InvalidPageToken(InvalidRequest):
    """The page token is damaged, or was made for another request."""

    reason = errors_pb2.ERROR_REASON_INVALID_PAGE_TOKEN


class InvalidUpdateMask(InvalidRequest):
    """The update mask names a path that cannot be written."""

    reason = errors_pb2.ERROR_REASON_INVALID_UPDATE_MASK


class DuplicateId(InvalidRequest):
    """A batch that is applied as a whole writes the same item twice."""

    reason = errors_pb2.ERROR_REASON_DUPLICATE_ID


class ItemNotFound(CatalogError):
    """There is no item with this id."""

    reason = errors_pb2.ERROR_REASON_ITEM_NOT_FOUND


class ItemDeleted(ItemNotFound):
    """The item is soft-deleted; it can be undeleted until its expire_time."""

    reason = errors_pb2.ERROR_REASON_ITEM_DELETED


class ItemAlreadyExists(CatalogError):
    """The id is taken, by a live item or by a soft-deleted one."""

    reason = errors_pb2.ERROR_REASON_ITEM_ALREADY_EXISTS


class ItemNotDeleted(CatalogError):
    """The item is not deleted, so that it cannot be undeleted."""

    reason = errors_pb2.ERROR_REASON_ITEM_NOT_DELETED


class EtagMismatch(CatalogError):
    """The item has changed since the etag that was sent."""

    reason = errors_pb2.ERROR_REASON_ETAG_MISMATCH


class RequestIdReused(CatalogError):
    """The request id was used before, with another request."""

    reason = errors_pb2.ERROR_REASON_REQUEST_ID_REUSED


class RevisionCompacted(CatalogError):
    """The revision is older than the oldest one that is kept."""

    reason = errors_pb2.ERROR_REASON_REVISION_COMPACTED


class RevisionInFuture(CatalogError):
    """The revision has not been written yet."""

    reason = errors_pb2.ERROR_REASON_REVISION_IN_FUTURE


class RevisionNotReached(CatalogError):
    """The store did not reach the min_revision of a read in time."""

    reason = errors_pb2.ERROR_REASON_REVISION_NOT_REACHED


class Overloaded(CatalogError):
    """Too many calls wait already."""

    reason = errors_pb2.ERROR_REASON_OVERLOADED


class DeadlinePassed(CatalogError):
    """The call took longer than it may; what it was to write may still be written."""

    reason = errors_pb2.ERROR_REASON_DEADLINE_EXCEEDED


class StoreMismatch(CatalogError):
    """The cursor belongs to another store."""

    reason = errors_pb2.ERROR_REASON_STORE_MISMATCH


class WatcherTooSlow(CatalogError):
    """The watcher reads more slowly than the store is written; it may resume."""

    reason = errors_pb2.ERROR_REASON_WATCHER_TOO_SLOW


class StoreFailedOver(CatalogError):
    """The database failed over, and may lack its newest commits; the watcher may resume."""

    reason = errors_pb2.ERROR_REASON_STORE_FAILED_OVER


class SinkNotFound(CatalogError):
    """There is no sink with this name."""

    reason = errors_pb2.ERROR_REASON_SINK_NOT_FOUND


class TooManySinks(CatalogError):
    """The store has as many sinks as it may have."""

    reason = errors_pb2.ERROR_REASON_TOO_MANY_SINKS


class SinkHeld(CatalogError):
    """Another relay holds the sink, until its lease ends."""

    reason = errors_pb2.ERROR_REASON_SINK_HELD


class LeaseLost(CatalogError):
    """The lease is no longer that of the caller, who must stop publishing."""

    reason = errors_pb2.ERROR_REASON_LEASE_LOST


class RevisionNotNext(CatalogError):
    """The revision to skip is not the next one of the sink."""

    reason = errors_pb2.ERROR_REASON_REVISION_NOT_NEXT


class ShuttingDown(CatalogError):
    """The server is draining; a watcher resumes on another one, or on this one later."""

    reason = errors_pb2.ERROR_REASON_SHUTTING_DOWN
