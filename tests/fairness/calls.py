"""Calls of the gRPC server, of messages that are encoded already."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import grpc
from google.protobuf.message import Message

from tests.abuse.client import SERVICE
from tests.fairness.attack import PATIENCE
from tests.fairness.service import Target

OPTIONS = (
    ("grpc.max_send_message_length", -1),
    ("grpc.max_receive_message_length", -1),
    ("grpc.use_local_subchannel_pool", 1),
)


@contextmanager
def channel(target: Target) -> Iterator[grpc.Channel]:
    """Open a connection of its own to the server."""
    with grpc.insecure_channel(target.grpc_address, options=OPTIONS) as opened:
        yield opened


def unary(opened: grpc.Channel, method: str) -> Any:
    """Return a method of the service that takes and gives bytes."""
    return opened.unary_unary(f"/{SERVICE.full_name}/{method}")


def streaming(opened: grpc.Channel, method: str) -> Any:
    """Return a streaming method of the service that takes and gives bytes."""
    return opened.unary_stream(f"/{SERVICE.full_name}/{method}")


def call(target: Target, method: str, request: bytes, timeout: float = PATIENCE) -> None:
    """Call *method*, and do not mind a refusal."""
    with channel(target) as opened, suppress(grpc.RpcError):
        unary(opened, method)(request, timeout=timeout)


def call_at_once(target: Target, method: str, requests: list[bytes], timeout: float = 10) -> None:
    """Call *method* with all *requests* at the same time on one connection."""
    with channel(target) as opened:
        called = unary(opened, method)
        for under_way in [called.future(request, timeout=timeout) for request in requests]:
            with suppress(grpc.RpcError):
                under_way.result()


def encoded(message: Message) -> Callable[[], bytes]:
    """Return what makes the bytes of *message*."""
    return message.SerializeToString
