"""The transport: grpc.aio by default, a compatible faster engine when asked for."""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Literal

from grpc import aio

from grpc_server.serving.accept_loop import steadfast_server
from items_runtime.configuration.extras import MissingExtra

Engine = Literal["grpcio", "native"]

MAX_METADATA_BYTES = 16 * 1024
"""The largest header block of a call."""

MAX_STREAMS = 4_000
"""How many calls one connection has at a time; a client waits with the others."""

_OPTIONS = (
    # A peer that has gone silently is noticed within 80 s.
    ("grpc.keepalive_time_ms", 60_000),
    ("grpc.keepalive_timeout_ms", 20_000),
    ("grpc.keepalive_permit_without_calls", 1),
    # A connection is one client, or a facade with all of its watches and calls.
    ("grpc.max_concurrent_streams", MAX_STREAMS),
    ("grpc.max_metadata_size", MAX_METADATA_BYTES),
    ("grpc.absolute_max_metadata_size", MAX_METADATA_BYTES),
)

_GRPCIO_OPTIONS = (
    # Clients may ping every 2 s, as their keepalive (items_runtime/balancing.py); faster ones are
    # cut off.
    ("grpc.http2.min_ping_interval_without_data_ms", 2_000),
    # Connections end after half an hour, so that clients find new replicas.
    ("grpc.max_connection_age_ms", 30 * 60_000),
    ("grpc.max_connection_age_grace_ms", 60_000),
)


def make_server(
    engine: Engine,
    interceptors: Sequence[aio.ServerInterceptor],
    max_message_bytes: int,
    *,
    reuse_port: bool = False,
) -> aio.Server:
    """A server without services and ports.

    With *reuse_port*, others may listen at its ports, too: else a second server would, by
    gRPC's default, answer half of the calls, from a store of its own.

    Raises:
        MissingExtra: the engine is `native`, and the extra is not installed.
    """
    options = (
        *_OPTIONS,
        ("grpc.max_receive_message_length", max_message_bytes),
        ("grpc.so_reuseport", int(reuse_port)),
    )
    if engine == "native":
        server: aio.Server = _native().server(interceptors=interceptors, options=options)
        return server
    return steadfast_server(interceptors, (*options, *_GRPCIO_OPTIONS))


def _native() -> Any:
    try:
        return import_module("pygrpc_native.aio")
    except ImportError as error:
        raise MissingExtra("the native engine", "native") from error
