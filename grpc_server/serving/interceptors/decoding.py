"""Requests are decoded here: bytes that are no such message are the client's mistake."""

from typing import Any

from google.protobuf.message import DecodeError

from grpc_server.items.errors import InvalidRequest
from grpc_server.serving.interceptors.chain import Context, Method, Unary


def decoding(method: Method, proceed: Unary) -> Unary:
    """Decode the request; fields that this version of the contract lacks are dropped.

    They would be stored, as large as they are, with the item that they came in.

    Raises:
        InvalidRequest: it is no such message; grpc.aio itself would answer INTERNAL.
    """

    async def call(request: bytes, context: Context) -> Any:
        try:
            message = method.decode(request)
        except DecodeError as error:
            raise InvalidRequest(f"the request is not a message of {method.name}") from error
        message.DiscardUnknownFields()
        return await proceed(message, context)

    return call
