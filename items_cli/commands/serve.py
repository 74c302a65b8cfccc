"""`items serve`: the whole service, as processes under one supervisor."""

import asyncio
import os
from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial

from items_cli.address import Address, BadAddress
from items_cli.announcement import announce
from items_cli.brokers import Events, check_brokers
from items_cli.child import Part
from items_cli.failure import Failure
from items_cli.flags import GRPC, HTTP, STORE, GrpcAddress, HttpAddress, Store, Workers
from items_cli.logs import readable_on_a_terminal
from items_cli.ports import claimed
from items_cli.readiness import grpc_serves, http_is_ready
from items_cli.supervisor import supervise

LOOPBACK = Address("127.0.0.1", 0)


def serve(
    store: Store = STORE,
    grpc: GrpcAddress = GRPC,
    http: HttpAddress = HTTP,
    events: Events = None,
    workers: Workers = 1,
) -> None:
    """Run the service: the gRPC server and the REST facade over one database.

    With --events, also the relay that `items relay` is. With --workers, as many of the
    server and of the facade, at the same ports. Prints where everything is as soon as it
    answers. Ctrl-C or SIGTERM ends all cleanly within 5 seconds. If one of them ends by
    itself, so do the others, and the exit code is 1. They read every other setting from
    its ITEMS_... variable.
    """
    readable_on_a_terminal()
    _check_workers(workers, store)
    if events:
        check_brokers()
    os.environ["ITEMS_STORE"] = store  # not on command lines, where everybody reads passwords
    with ExitStack() as claims:
        upstream = claims.enter_context(claimed(grpc, "--grpc"))
        site = claims.enter_context(claimed(http, "--http"))
        own = [claims.enter_context(claimed(LOOPBACK, "--grpc")) for _ in range(workers)]
        servers = _grpc_servers(upstream, own) if workers > 1 else [_grpc_server(upstream)]
        target = ",".join(map(str, own)) if workers > 1 else str(upstream.within_reach())
        parts = [*servers, *_rest_facades(target, site, workers)]
        if events:
            parts.append(_relay(target, events))
        asyncio.run(supervise(parts, partial(announce, store, upstream, site)))


def _check_workers(workers: int, store: str) -> None:
    if workers > 1 and store.startswith("sqlite:"):
        raise Failure(
            f"one process owns an SQLite file, and {workers} cannot share it."
            " Leave --workers out, or use --store postgresql://HOST/DATABASE.",
            exit_code=2,
        )


def _grpc_server(grpc: Address) -> Part:
    flags = ("--grpc", str(grpc))
    return Part("the gRPC server", "grpc_server", flags, partial(grpc_serves, grpc))


def _grpc_servers(grpc: Address, own: Sequence[Address]) -> list[Part]:
    """Servers at one port, where a connection leads to one of them, and each at its own."""
    shared = ("--grpc", str(grpc), "--grpc-reuse-port", "true")
    return [
        Part(
            f"gRPC server {number}",
            "grpc_server",
            (*shared, "--grpc-own", str(address), *_metrics("grpc", number)),
            partial(grpc_serves, address),
        )
        for number, address in enumerate(own, start=1)
    ]


def _rest_facades(target: str, http: Address, workers: int) -> list[Part]:
    flags = ("--upstream", target, "--http", str(http))
    is_ready = partial(http_is_ready, http)
    if workers == 1:
        return [Part("the REST facade", "rest_facade", flags, is_ready)]
    shared = (*flags, "--rest-reuse-port", "true")
    return [
        Part(f"REST facade {number}", "rest_facade", (*shared, *_metrics("rest", number)), is_ready)
        for number in range(1, workers + 1)
    ]


def _metrics(kind: str, number: int) -> tuple[str, ...]:
    """Where worker *number* shows its metrics: the first one where it is set, the others behind.

    Raises:
        Failure: what is set is no address.
    """
    variable = f"ITEMS_{kind.upper()}_METRICS"
    if not os.environ.get(variable):
        return ()
    try:
        place = Address.parse(os.environ[variable])
    except BadAddress as error:
        raise Failure(f"{variable}: {error}", exit_code=2) from error
    port = place.port and place.port + number - 1  # 0 is a free one for each
    return (f"--{kind}-metrics", str(Address(place.host, port)))


def _relay(target: str, events: list[str]) -> Part:
    os.environ["ITEMS_EVENTS"] = " ".join(events)  # as the store's URL
    return Part("the relay", "items_events", ("--upstream", target), _at_once)


async def _at_once() -> bool:
    """A broker that is down keeps nobody from serving."""
    return True
