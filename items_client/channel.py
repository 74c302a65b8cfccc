"""The connection to the service: its options, each with its reason."""

from collections.abc import Sequence

import grpc
from grpc import aio

from items_runtime.balancing import balanced, grpc_target

MIB = 1024 * 1024

OPTIONS: Sequence[tuple[str, int]] = (
    # Internal services are reached directly: an http_proxy in the environment is
    # meant for the way out.
    ("grpc.enable_http_proxy", 0),
    # A revision is told in one message: a thousand of the largest items, each as it was
    # before and after. The service bounds everything else that it sends.
    ("grpc.max_receive_message_length", 512 * MIB),
    # A peer that vanished is noticed while a call waits for it.
    ("grpc.keepalive_time_ms", 30_000),
    ("grpc.keepalive_timeout_ms", 10_000),
    # The same for a ping that gRPC sends for its own ends: else it stands for a minute in
    # the place of a keepalive.
    ("grpc.http2.ping_timeout_ms", 10_000),
    # By default it asks twice only while nothing is sent, and a watch sends nothing.
    ("grpc.http2.max_pings_without_data", 0),
    # A restarted server is found again within a second: by default gRPC waits up to 2 minutes.
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.min_reconnect_backoff_ms", 1_000),
    ("grpc.max_reconnect_backoff_ms", 500),
)


def open_channel(target: str, credentials: grpc.ChannelCredentials | None = None) -> aio.Channel:
    """A channel to *target*, ``HOST:PORT`` or ``unix:PATH``; with TLS if *credentials* say so.

    Calls are spread over the servers of ``dns:///NAME:PORT``, or of a list of ``IP:PORT``.
    It connects with the first call. The caller closes it.

    Raises:
        ValueError: a list has names in it.
    """
    target = grpc_target(target)
    options = balanced(target, OPTIONS)
    if credentials is None:
        return aio.insecure_channel(target, options=options)
    return aio.secure_channel(target, credentials, options=options)
