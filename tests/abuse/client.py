"""A client that may send anything: bytes that are no message, to methods that do not exist."""

from dataclasses import dataclass
from typing import Any, Protocol, cast

import grpc
from google.protobuf.message import Message
from grpc import aio

from items.v1 import errors_pb2, items_pb2
from tests.grpc_server.serving.details import refusal

SERVICE = items_pb2.DESCRIPTOR.services_by_name["ItemService"]

METHODS = tuple(SERVICE.methods_by_name)
"""The names of all methods of the service."""

REFUSALS = frozenset({
    "INVALID_ARGUMENT",
    "NOT_FOUND",
    "ALREADY_EXISTS",
    "ABORTED",
    "FAILED_PRECONDITION",
    "OUT_OF_RANGE",
    "UNAVAILABLE",
    "RESOURCE_EXHAUSTED",
    "DEADLINE_EXCEEDED",
    "UNIMPLEMENTED",
})  # fmt: skip
"""The codes that the service refuses with."""

REASONS = frozenset(
    name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.DESCRIPTOR.values_by_name
) - {"UNSPECIFIED", "INTERNAL"}
"""The reasons that the service refuses with."""

BY_TRANSPORT = frozenset({"DEADLINE_EXCEEDED", "RESOURCE_EXHAUSTED"})
"""The codes that gRPC itself may end a call with, before or after the service has it."""

STREAMS = frozenset(name for name, rpc in SERVICE.methods_by_name.items() if rpc.server_streaming)
"""The names of those that answer with a stream."""

Metadata = tuple[tuple[str, str | bytes], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a body if *code* is OK, else a *reason*; it is empty if gRPC refused."""

    code: str
    reason: str = ""
    body: bytes = b""


class Pending(Protocol):
    """A call under way."""

    def result(self) -> bytes:
        """The answer, when it has come; of a stream, the first message."""

    def cancel(self) -> bool:
        """Give the call up."""


class _Stream:
    """A stream under way, of which one message is enough."""

    def __init__(self, messages: Any) -> None:
        self._messages = messages

    def result(self) -> bytes:
        """The first message; the stream is given up."""
        first: bytes = next(self._messages)
        self.cancel()
        return first

    def cancel(self) -> bool:
        """Give the stream up."""
        return bool(self._messages.cancel())


class Client:
    """Calls the server over *channel*, and holds each answer to what the contract says."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def call(
        self, method: str, request: Message | bytes, metadata: Metadata = (), timeout: float = 10
    ) -> Answer:
        """Call *method* of the service, or the method whose whole path is given.

        Raises:
            AssertionError: the code or the details are not of the contract.
        """
        return answer_of(self.start(method, request, metadata, timeout))

    def start(
        self, method: str, request: Message | bytes, metadata: Metadata = (), timeout: float = 10
    ) -> Pending:
        """Call *method*, and do not wait for the answer."""
        path = method if method.startswith("/") else f"/{SERVICE.full_name}/{method}"
        sent = request if isinstance(request, bytes) else request.SerializeToString()
        options: Any = {"metadata": metadata, "timeout": timeout, "wait_for_ready": True}
        if method in STREAMS:
            stream: grpc.UnaryStreamMultiCallable[bytes, bytes] = self._channel.unary_stream(path)
            return _Stream(stream(sent, **options))
        call: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(path)
        return call.future(sent, **options)


def answer_of(call: Pending) -> Answer:
    """The answer to *call*, when it has come.

    Raises:
        AssertionError: the code or the details are not of the contract.
    """
    try:
        return Answer("OK", body=call.result())
    except grpc.RpcError as error:
        return checked(error)


def checked(error: grpc.RpcError) -> Answer:
    """The refusal that *error* is.

    Raises:
        AssertionError: its code or its details are not of the contract.
    """
    code = error.code().name
    if code in BY_TRANSPORT and not error.trailing_metadata():
        return Answer(code)
    found = refusal(cast("aio.AioRpcError", error))  # one of gRPC's own, and alike
    assert found.code in REFUSALS, error
    assert found.reason in REASONS, error
    assert found.request_id, error
    return Answer(found.code, found.reason)
