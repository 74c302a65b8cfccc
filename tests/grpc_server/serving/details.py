"""What a refused call carries, read as a client reads it."""

from dataclasses import dataclass

from google.rpc import error_details_pb2
from grpc import aio
from grpc_status import rpc_status


@dataclass(frozen=True, slots=True)
class Refusal:
    """The details of an error: *violations* by field, *retry* in seconds if it may help."""

    code: str
    message: str
    reason: str
    metadata: dict[str, str]
    violations: dict[str, str]
    request_id: str
    retry: float | None


def refusal(error: aio.AioRpcError) -> Refusal:
    """The details of *error*; it must have ErrorInfo and RequestInfo."""
    status = rpc_status.from_call(error)
    assert status is not None, error
    info, request = error_details_pb2.ErrorInfo(), error_details_pb2.RequestInfo()
    bad, retry = error_details_pb2.BadRequest(), error_details_pb2.RetryInfo()
    found = {
        type(part): any(detail.Unpack(part) for detail in status.details)
        for part in (info, request, bad, retry)
    }
    assert found[type(info)], status
    assert found[type(request)], status
    return Refusal(
        error.code().name,
        status.message,
        info.reason,
        dict(info.metadata),
        {violation.field: violation.description for violation in bad.field_violations},
        request.request_id,
        retry.retry_delay.ToTimedelta().total_seconds() if found[type(retry)] else None,
    )
