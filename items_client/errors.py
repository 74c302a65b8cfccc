"""What a call can fail with: one error for each thing that a caller can do about it.

    ItemsError
    ├── InvalidRequest           INVALID_ARGUMENT     the request breaks a rule
    │   └── InvalidFilter                             the filter cannot be read
    ├── NotFound                 NOT_FOUND            there is no such item
    │   └── ItemDeleted                               it is soft-deleted
    ├── AlreadyExists            ALREADY_EXISTS       the id is taken
    │   └── ItemNotDeleted                            nothing to undelete
    ├── Aborted                  ABORTED              what it was based on has changed
    │   ├── EtagMismatch                              the item has changed since
    │   └── WatcherTooSlow                            the watch may be resumed
    ├── PreconditionFailed       FAILED_PRECONDITION  the request cannot be carried out
    │   ├── RequestIdReused                           the request id was another request's
    │   └── StoreMismatch                             the cursor is of another store
    ├── RevisionOutOfRange       OUT_OF_RANGE         a revision that cannot be read
    │   ├── RevisionCompacted                         it is not kept any more
    │   └── RevisionInFuture                          it is not written yet
    ├── AccessDenied             UNAUTHENTICATED, PERMISSION_DENIED
    ├── Overloaded               RESOURCE_EXHAUSTED   too many calls wait already
    ├── Unavailable              UNAVAILABLE,         no server answered
    │                            CANCELLED            a server that ends gave the call up
    ├── OutcomeUnknown           UNKNOWN              a write may be carried out or not
    ├── DeadlineExceeded         DEADLINE_EXCEEDED    the time was up
    └── ServiceFailed            every other code     a fault of the service

`items_client.statuses.from_status` and `from_call` make them. A reason that an error is named
after decides, else the code; REQUEST_TOO_LARGE is an InvalidRequest.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import grpc


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is wrong with a request.

    *field* is the path in the request message: ``item.name``, ``writes[3].create.item``.
    """

    field: str
    description: str


@dataclass(frozen=True, slots=True)
class ErrorDetail:
    """What a status says beside its code and its message.

    *reason* is a name of ``items.v1.ErrorReason`` without the prefix
    ``ERROR_REASON_``, or empty if the answer did not come from the service.
    *retry_delay* is in seconds; None if the service did not name one.
    *request_id* is the ``x-request-id`` that the service's log knows the call by.
    """

    reason: str = ""
    violations: tuple[Violation, ...] = ()
    metadata: Mapping[str, str] = field(default_factory=dict)
    retry_delay: float | None = None
    request_id: str = ""


class ItemsError(Exception):
    """A call to the item service failed."""

    def __init__(
        self, code: grpc.StatusCode, message: str, detail: ErrorDetail | None = None
    ) -> None:
        super().__init__(code, message, detail)
        self.code = code
        self.message = message
        self.detail = detail or ErrorDetail()

    def __str__(self) -> str:
        return f"{self.message or 'no message'} ({self.reason or self.code.name})"

    @property
    def reason(self) -> str:
        """Why, for programs: a name of ``items.v1.ErrorReason`` without its prefix."""
        return self.detail.reason

    @property
    def violations(self) -> tuple[Violation, ...]:
        """What is wrong with the request, field by field."""
        return self.detail.violations

    @property
    def metadata(self) -> Mapping[str, str]:
        """Facts that belong to the reason, such as the id or the current etag."""
        return self.detail.metadata

    @property
    def retry_delay(self) -> float | None:
        """How many seconds the service asks to wait; None if it does not say."""
        return self.detail.retry_delay

    @property
    def request_id(self) -> str:
        """The ``x-request-id`` of the call, to look for in the service's log."""
        return self.detail.request_id


class InvalidRequest(ItemsError):
    """The request breaks a rule of the contract; ``violations`` lists each one."""


class InvalidFilter(InvalidRequest):
    """The filter cannot be read; the violation says where, and what was expected."""


class NotFound(ItemsError):
    """There is no item with this id."""


class ItemDeleted(NotFound):
    """The item is soft-deleted; it can be undeleted until its expire_time."""


class AlreadyExists(ItemsError):
    """The id is taken, by a live item or by a soft-deleted one."""


class ItemNotDeleted(AlreadyExists):
    """The item is not deleted, so that it cannot be undeleted."""


class Aborted(ItemsError):
    """What the request was based on has changed: begin anew from what is there now."""


class EtagMismatch(Aborted):
    """The item has changed since the etag that was sent: read it again."""


class PreconditionFailed(ItemsError):
    """The request is well-formed, but the service cannot carry it out."""


class RequestIdReused(PreconditionFailed):
    """The request id was used before, with another request."""


class StoreMismatch(PreconditionFailed):
    """The revision to go on from belongs to another store than the one that answers."""


class RevisionOutOfRange(ItemsError):
    """The revision cannot be read."""


class RevisionCompacted(RevisionOutOfRange):
    """The revision is older than the oldest one that is kept."""


class RevisionInFuture(RevisionOutOfRange):
    """The revision has not been written yet."""


class WatcherTooSlow(Aborted):
    """The watch was read more slowly than the store is written; it may be resumed."""


class AccessDenied(ItemsError):
    """The caller is not known, or not allowed to do this."""


class Overloaded(ItemsError):
    """Too many calls wait already, and went on waiting while the call was retried."""


class Unavailable(ItemsError):
    """Nobody answered, and nobody did while the call was retried."""


class OutcomeUnknown(ItemsError):
    """The service lost its database while a write was committed, and so while it was retried.

    It may be carried out or not: send it again with the same request id, or look.
    """


class DeadlineExceeded(ItemsError):
    """There was no answer in time; a write may have been carried out or not."""


class ServiceFailed(ItemsError):
    """A fault of the service, or of something between it and the caller."""
