"""Errors leave as statuses here, and nowhere else."""

from typing import Any

import grpc
import structlog
from google.rpc import error_details_pb2, status_pb2
from grpc import aio
from grpc_status import rpc_status

from grpc_server.serving.interceptors.chain import Context, Method, Unary
from grpc_server.serving.interceptors.correlation_id import HEADER, current_correlation_id
from grpc_server.serving.status import describe_any, status
from items.v1 import errors_pb2

_log = structlog.get_logger(__name__)


def errors(method: Method, proceed: Unary) -> Unary:
    """Answer an expected error with its status; log a fault, and answer it with INTERNAL.

    That a message cannot be sent is no fault: the caller has gone.
    """

    async def call(request: bytes, context: Context) -> Any:
        try:
            return await proceed(request, context)
        except aio.InternalError:
            found = _gone()
        except Exception as error:  # noqa: BLE001  # the one place where every error ends
            found = describe_any(error) or _fault(method, error)
        return await refuse(context, found)

    return call


async def refuse(context: Context, found: status_pb2.Status) -> None:
    """End the call with *found*, with the correlation ID added.

    Raises:
        AbortError: always; it ends the call.
    """
    info = error_details_pb2.RequestInfo(request_id=current_correlation_id.get())
    found.details.add().Pack(info)
    answer = rpc_status.to_status(found)
    trailers = ((HEADER, info.request_id), *answer.trailing_metadata)
    await context.abort(answer.code, answer.details, trailers)


def _gone() -> status_pb2.Status:
    return status(
        grpc.StatusCode.CANCELLED,
        errors_pb2.ERROR_REASON_CANCELLED,
        "the caller has gone",
    )


def _fault(method: Method, error: Exception) -> status_pb2.Status:
    _log.error(
        "fault", method=method.name, correlation_id=current_correlation_id.get(), exc_info=error
    )
    return status(
        grpc.StatusCode.INTERNAL,
        errors_pb2.ERROR_REASON_INTERNAL,
        "internal error; the log of the server has its cause under this correlation ID",
    )


async def unknown_method(_: bytes, context: Context) -> Any:
    """Answer a method that no service has with UNIMPLEMENTED."""
    await refuse(
        context,
        status(
            grpc.StatusCode.UNIMPLEMENTED,
            errors_pb2.ERROR_REASON_UNIMPLEMENTED,
            "the method does not exist",
        ),
    )
