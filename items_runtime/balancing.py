"""How calls are spread over several gRPC servers, by gRPC itself.

Of the servers that say they serve, each gets its turn; a read that one of them could not
answer goes to another (https://github.com/grpc/grpc/blob/master/doc/service_config.md).
Writes are not sent again, but where gRPC knows that nobody has seen them (ADR 13).
"""

import ipaddress
import json
from collections.abc import Iterable

_READS = ("GetItem", "BatchGetItems", "ListItems", "ListItemRevisions", "WatchItems")
_RETRIES = {
    "maxAttempts": 5,
    "initialBackoff": "0.05s",
    "maxBackoff": "1s",
    "backoffMultiplier": 2,
    # A server that ends cancels calls that have come too late for it.
    "retryableStatusCodes": ["UNAVAILABLE", "CANCELLED"],
}
# When more fail than succeed, and 500 more have, nothing is sent again until that changes:
# servers that are down, or have too much to do, are not asked five times for each call.
_THROTTLING = {"maxTokens": 1000, "tokenRatio": 1}
_SERVICE_CONFIG = json.dumps(
    {
        "loadBalancingConfig": [{"round_robin": {}}],
        "healthCheckConfig": {"serviceName": ""},
        "retryThrottling": _THROTTLING,
        "methodConfig": [
            {
                "name": [{"service": "items.v1.ItemService", "method": read} for read in _READS],
                "retryPolicy": _RETRIES,
            }
        ],
    }
)
_OPTIONS: tuple[tuple[str, str | int], ...] = (
    ("grpc.service_config", _SERVICE_CONFIG),
    # A server that comes back is used within a second: the next one may be about to end.
    ("grpc.max_reconnect_backoff_ms", 500),
    # A server that freezes with open connections is left within 6 s, before the deadlines of
    # most calls; also for a ping of gRPC's own, which stands in the place of a keepalive.
    ("grpc.keepalive_time_ms", 3_000),
    ("grpc.keepalive_timeout_ms", 3_000),
    ("grpc.http2.ping_timeout_ms", 3_000),
    ("grpc.http2.max_pings_without_data", 0),
    # Servers that are new in DNS are found while the known ones fail: by default, after 30 s.
    ("grpc.dns_min_time_between_resolutions_ms", 5_000),
)


def grpc_target(upstream: str) -> str:
    """Give *upstream* as gRPC takes it: a target, or a list of `IP:PORT` made into one.

    Raises:
        ValueError: a list has names, or addresses of both kinds.
    """
    if "," not in upstream or upstream.startswith(("ipv4:", "ipv6:")):
        return upstream
    addresses = [_address(each.strip()) for each in upstream.split(",")]
    versions = {version for version, _ in addresses}
    if len(versions) > 1:
        raise ValueError("a list has addresses of IPv4 or of IPv6, not of both")
    return f"ipv{versions.pop()}:{','.join(text for _, text in addresses)}"


def balanced(
    target: str, options: Iterable[tuple[str, str | int]]
) -> tuple[tuple[str, str | int], ...]:
    """Give *options* for a channel to *target*, behind which there may be several servers."""
    if not target.startswith(("dns:", "ipv4:", "ipv6:", "xds:")):
        return tuple(options)
    return tuple({**dict(options), **dict(_OPTIONS)}.items())


def _address(text: str) -> tuple[int, str]:
    host, _, port = text.rpartition(":")
    host = "127.0.0.1" if host == "localhost" else host
    try:
        version = ipaddress.ip_address(host.strip("[]")).version
    except ValueError as error:
        raise ValueError(
            f"{text!r} is not IP:PORT; names are balanced by DNS: dns:///NAME:PORT"
        ) from error
    return version, f"{host}:{port}"
