"""Expected errors as statuses: the one table. (AIP-193)."""

from datetime import timedelta

import grpc
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2

from grpc_server.database.errors import CommitUnknown, StoreLocked, StoreUnavailable
from grpc_server.items import errors
from items.v1 import errors_pb2

DOMAIN = "items.v1"
"""The domain of every reason, as ErrorInfo has it."""

RETRY_DELAY = timedelta(milliseconds=250)
"""How long a caller is asked to wait before it tries again."""

MAX_TEXT_BYTES = 512
"""How long a message, or the description or the path of a violation, is told."""

MAX_VIOLATIONS_BYTES = 2048
"""How many bytes of violations are told, for clients take at most 8 KiB of trailers."""

_CODES: tuple[tuple[type[Exception], grpc.StatusCode], ...] = (
    (errors.InvalidRequest, grpc.StatusCode.INVALID_ARGUMENT),
    (errors.ItemNotFound, grpc.StatusCode.NOT_FOUND),
    (errors.ItemAlreadyExists, grpc.StatusCode.ALREADY_EXISTS),
    (errors.ItemNotDeleted, grpc.StatusCode.ALREADY_EXISTS),
    (errors.EtagMismatch, grpc.StatusCode.ABORTED),
    (errors.RequestIdReused, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.RevisionCompacted, grpc.StatusCode.OUT_OF_RANGE),
    (errors.RevisionInFuture, grpc.StatusCode.OUT_OF_RANGE),
    (errors.RevisionNotReached, grpc.StatusCode.UNAVAILABLE),
    (errors.Overloaded, grpc.StatusCode.RESOURCE_EXHAUSTED),
    (errors.DeadlinePassed, grpc.StatusCode.DEADLINE_EXCEEDED),
    (errors.StoreMismatch, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.WatcherTooSlow, grpc.StatusCode.ABORTED),
    (errors.StoreFailedOver, grpc.StatusCode.UNAVAILABLE),
    (errors.SinkNotFound, grpc.StatusCode.NOT_FOUND),
    (errors.TooManySinks, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.SinkHeld, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.LeaseLost, grpc.StatusCode.ABORTED),
    (errors.RevisionNotNext, grpc.StatusCode.FAILED_PRECONDITION),
    (errors.ShuttingDown, grpc.StatusCode.UNAVAILABLE),
)

_RETRIED = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED}


def describe(error: errors.CatalogError) -> status_pb2.Status:
    """The status of a refusal, with its ErrorInfo, BadRequest and RetryInfo."""
    code = next(code for kind, code in _CODES if isinstance(error, kind))
    details: list[Message] = []
    if error.violations:
        details.append(_bad_request(error))
    return status(code, error.reason, error.message, error.metadata, details)


def describe_any(error: Exception) -> status_pb2.Status | None:
    """The status of any expected error; None if *error* is a fault of the service."""
    if isinstance(error, errors.CatalogError):
        return describe(error)
    if isinstance(error, StoreUnavailable | StoreLocked):
        return status(
            grpc.StatusCode.UNAVAILABLE,
            errors_pb2.ERROR_REASON_STORE_UNAVAILABLE,
            "the database does not answer; nothing was written",
        )
    if isinstance(error, CommitUnknown):
        return status(
            grpc.StatusCode.UNKNOWN,
            errors_pb2.ERROR_REASON_COMMIT_OUTCOME_UNKNOWN,
            "the connection to the database broke during the commit; send the write again, "
            "with the same request id if it had one, or look whether it was carried out",
        )
    return None


def status(
    code: grpc.StatusCode,
    reason: errors_pb2.ErrorReason.ValueType,
    message: str,
    metadata: dict[str, str] | None = None,
    details: list[Message] | None = None,
) -> status_pb2.Status:
    """A status with ErrorInfo, with *details*, and with RetryInfo if a retry may help."""
    info = error_details_pb2.ErrorInfo(
        reason=reason_name(reason), domain=DOMAIN, metadata=metadata or {}
    )
    parts: list[Message] = [info, *(details or ())]
    if code in _RETRIED:
        delay = duration_pb2.Duration()
        delay.FromTimedelta(RETRY_DELAY)
        parts.append(error_details_pb2.RetryInfo(retry_delay=delay))
    number: int = code.value[0]
    return status_pb2.Status(code=number, message=_cut(message), details=map(_packed, parts))


def reason_name(reason: errors_pb2.ErrorReason.ValueType) -> str:
    """The name of *reason* as ErrorInfo has it: without the enum's prefix."""
    return errors_pb2.ErrorReason.Name(reason).removeprefix("ERROR_REASON_")


def _bad_request(error: errors.CatalogError) -> error_details_pb2.BadRequest:
    told = error_details_pb2.BadRequest()
    for found in error.violations:
        told.field_violations.add(field=_cut(found.field), description=_cut(found.description))
        if told.ByteSize() > MAX_VIOLATIONS_BYTES:
            break
    return told


def _cut(text: str) -> str:
    return text.encode()[:MAX_TEXT_BYTES].decode(errors="ignore")


def _packed(detail: Message) -> any_pb2.Any:
    packed = any_pb2.Any()
    packed.Pack(detail)
    return packed
