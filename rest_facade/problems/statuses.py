"""The statuses of the gRPC server as problems: google.rpc.Status -> Problem."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from google.protobuf.message import DecodeError, Message
from google.rpc import error_details_pb2 as details
from google.rpc import status_pb2
from grpc import StatusCode
from grpc.aio import AioRpcError

from rest_facade.problems.problems import Place, Problem, Violation

DETAILS_KEY = "grpc-status-details-bin"

FAULTS = frozenset({StatusCode.UNKNOWN, StatusCode.INTERNAL, StatusCode.DATA_LOSS})
"""Codes that mean a fault of the service: their messages are for its log only."""

TOLD = frozenset({"COMMIT_OUTCOME_UNKNOWN"})
"""Reasons that are no faults, whatever their code: what to do about them is told."""

BLAND = "the service failed; its log has the cause under this request id"

NO_ANSWER = "UPSTREAM_UNAVAILABLE"
"""Why a call fails that no server has answered."""

_CODES: Mapping[int, StatusCode] = MappingProxyType({code.value[0]: code for code in StatusCode})

_UNEXPLAINED: Mapping[StatusCode, tuple[str, str, float | None]] = MappingProxyType(
    {
        StatusCode.UNAVAILABLE: (
            NO_ANSWER,
            "the item service does not answer; try again, a write with the same Idempotency-Key",
            1.0,
        ),
        StatusCode.DEADLINE_EXCEEDED: (
            "DEADLINE_EXCEEDED",
            "the deadline passed before there was an answer; a write may have been applied",
            None,
        ),
        StatusCode.UNIMPLEMENTED: (
            "UNIMPLEMENTED",
            "the item service does not know this method; it may be an older version",
            None,
        ),
        StatusCode.RESOURCE_EXHAUSTED: (
            "REQUEST_TOO_LARGE",
            "the message is larger than the item service accepts",
            None,
        ),
    }
)
"""Statuses that gRPC itself makes, without details: reason, detail, seconds to wait."""

M = TypeVar("M", bound=Message)


def problem_of_error(error: AioRpcError) -> Problem:
    """Return the refusal that a failed RPC is answered with."""
    serialized = dict(error.trailing_metadata() or ()).get(DETAILS_KEY, b"")
    status = status_pb2.Status(code=error.code().value[0], message=error.details() or "")
    try:
        if isinstance(serialized, bytes) and serialized:
            status.MergeFromString(serialized)
    except DecodeError:
        status.ClearField("details")
    return problem_of_status(status)


def problem_of_status(status: status_pb2.Status) -> Problem:
    """Return the refusal that *status* describes, with the details that it carries."""
    code = _CODES.get(status.code, StatusCode.UNKNOWN)
    info = _detail(status, details.ErrorInfo)
    if code in FAULTS and (info is None or info.reason not in TOLD):
        return Problem(code, "INTERNAL", BLAND)
    if info is None:
        return _unexplained(code, status.message)
    return Problem(
        code,
        info.reason,
        status.message,
        violations=_violations(status),
        metadata=dict(info.metadata),
        retry_after=_retry_after(status),
    )


def _unexplained(code: StatusCode, message: str) -> Problem:
    if code is StatusCode.CANCELLED:  # by a server that ends
        code = StatusCode.UNAVAILABLE
    reason, detail, retry_after = _UNEXPLAINED.get(code, (code.name, message, None))
    return Problem(code, reason, detail, retry_after=retry_after)


def _violations(status: status_pb2.Status) -> list[Violation]:
    request = _detail(status, details.BadRequest)
    return [
        Violation(Place.FIELD, found.field, found.description)
        for found in (request.field_violations if request else ())
    ]


def _retry_after(status: status_pb2.Status) -> float | None:
    retry = _detail(status, details.RetryInfo)
    return retry.retry_delay.ToTimedelta().total_seconds() if retry else None


def _detail(status: status_pb2.Status, kind: Callable[[], M]) -> M | None:
    wanted: Any = kind()
    for packed in status.details:
        if packed.Unpack(wanted):
            return wanted  # type: ignore[no-any-return]  # it is the M that kind made
    return None
