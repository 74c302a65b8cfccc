"""Makes typed errors of gRPC statuses: the one table from codes and reasons to classes."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

import grpc
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from items_client import errors

DETAILS_KEY = "grpc-status-details-bin"
REQUEST_ID_KEY = "x-request-id"

_BY_CODE: Mapping[grpc.StatusCode, type[errors.ItemsError]] = MappingProxyType(
    {
        grpc.StatusCode.INVALID_ARGUMENT: errors.InvalidRequest,
        grpc.StatusCode.NOT_FOUND: errors.NotFound,
        grpc.StatusCode.ALREADY_EXISTS: errors.AlreadyExists,
        grpc.StatusCode.ABORTED: errors.Aborted,
        grpc.StatusCode.FAILED_PRECONDITION: errors.PreconditionFailed,
        grpc.StatusCode.OUT_OF_RANGE: errors.RevisionOutOfRange,
        grpc.StatusCode.UNAUTHENTICATED: errors.AccessDenied,
        grpc.StatusCode.PERMISSION_DENIED: errors.AccessDenied,
        grpc.StatusCode.RESOURCE_EXHAUSTED: errors.Overloaded,
        grpc.StatusCode.UNAVAILABLE: errors.Unavailable,
        grpc.StatusCode.CANCELLED: errors.Unavailable,  # by a server that ends, not by the caller
        grpc.StatusCode.DEADLINE_EXCEEDED: errors.DeadlineExceeded,
    }
)

_BY_REASON: Mapping[str, type[errors.ItemsError]] = MappingProxyType(
    {
        "COMMIT_OUTCOME_UNKNOWN": errors.OutcomeUnknown,
        "ETAG_MISMATCH": errors.EtagMismatch,
        "INVALID_FILTER": errors.InvalidFilter,
        "ITEM_DELETED": errors.ItemDeleted,
        "ITEM_NOT_DELETED": errors.ItemNotDeleted,
        "REQUEST_ID_REUSED": errors.RequestIdReused,
        "REQUEST_TOO_LARGE": errors.InvalidRequest,
        "REVISION_COMPACTED": errors.RevisionCompacted,
        "REVISION_IN_FUTURE": errors.RevisionInFuture,
        "STORE_MISMATCH": errors.StoreMismatch,
        "WATCHER_TOO_SLOW": errors.WatcherTooSlow,
    }
)

_CODES: Mapping[int, grpc.StatusCode] = MappingProxyType(
    {code.value[0]: code for code in grpc.StatusCode}
)

MessageT = TypeVar("MessageT", bound=Message)


def from_status(status: status_pb2.Status, request_id: str = "") -> errors.ItemsError:
    """The error that *status* stands for; for the results of a partial batch too."""
    code = _CODES.get(status.code, grpc.StatusCode.UNKNOWN)
    return _error(code, status.message, _detail(status.details, request_id))


def from_call(error: aio.AioRpcError, request_id: str = "") -> errors.ItemsError:
    """The error of a failed call; *request_id* is what it was sent with."""
    known_by = _text(error, REQUEST_ID_KEY) or request_id
    detail = _detail(_status_of(error).details, known_by)
    return _error(error.code(), error.details() or "", detail)


def _error(code: grpc.StatusCode, message: str, detail: errors.ErrorDetail) -> errors.ItemsError:
    kind = _BY_REASON.get(detail.reason) or _BY_CODE.get(code, errors.ServiceFailed)
    return kind(code, message, detail)


def _detail(details: Iterable[AnyMessage], request_id: str) -> errors.ErrorDetail:
    packed = tuple(details)
    info = _unpacked(packed, error_details_pb2.ErrorInfo)
    request = _unpacked(packed, error_details_pb2.BadRequest)
    retry = _unpacked(packed, error_details_pb2.RetryInfo)
    known_by = _unpacked(packed, error_details_pb2.RequestInfo)
    return errors.ErrorDetail(
        reason=info.reason if info else "",
        violations=_violations(request) if request else (),
        metadata=dict(info.metadata) if info else {},
        retry_delay=retry.retry_delay.ToTimedelta().total_seconds() if retry else None,
        request_id=known_by.request_id if known_by else request_id,
    )


def _violations(request: error_details_pb2.BadRequest) -> tuple[errors.Violation, ...]:
    return tuple(
        errors.Violation(violation.field, violation.description)
        for violation in request.field_violations
    )


def _unpacked(details: Iterable[AnyMessage], kind: type[MessageT]) -> MessageT | None:
    """The first detail of this *kind*; None if there is none that can be read."""
    message = kind()
    for detail in details:
        try:
            if detail.Unpack(message):
                return message
        except DecodeError:
            continue
    return None


def _status_of(error: aio.AioRpcError) -> status_pb2.Status:
    """The rich status that came with *error*, empty if there is none or it is broken."""
    packed = (error.trailing_metadata() or aio.Metadata()).get(DETAILS_KEY)
    try:
        return status_pb2.Status.FromString(packed if isinstance(packed, bytes) else b"")
    except DecodeError:
        return status_pb2.Status()


def _text(error: aio.AioRpcError, key: str) -> str:
    """The value of *key* in the metadata of the answer, empty if there is none."""
    for metadata in (error.trailing_metadata(), error.initial_metadata()):
        value = metadata.get(key) if metadata else None
        if isinstance(value, str):
            return value
    return ""
