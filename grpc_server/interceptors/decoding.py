"""Requests are decoded here: bytes that are no such message are the caller's mistake."""

from typing import Any

from google.protobuf.message import DecodeError

from grpc_server.catalog.errors import InvalidRequest
from grpc_server.interceptors.chain import Context, Method, Unary


def decoding(method: Method, proceed: Unary) -> Unary:
    """Decode the request.

    Raises:
        InvalidRequest: it is no such message; grpc.aio itself would answer INTERNAL.
    """

    async def call(request: bytes, context: Context) -> Any:
        try:
            message = method.decode(request)
        except DecodeError as error:
            raise InvalidRequest(f"the request is not a message of {method.name}") from error
        return await proceed(message, context)

    return call
