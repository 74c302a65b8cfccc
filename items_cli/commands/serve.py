"""`items serve`: the whole service, as processes under one supervisor."""

import asyncio
import os
from functools import partial

from items_cli.address import Address
from items_cli.announcement import announce
from items_cli.brokers import Events, check_brokers
from items_cli.child import Part
from items_cli.flags import GRPC, HTTP, STORE, GrpcAddress, HttpAddress, Store
from items_cli.logs import readable_on_a_terminal
from items_cli.ports import claimed
from items_cli.readiness import grpc_serves, http_is_ready
from items_cli.supervisor import supervise


def serve(
    store: Store = STORE,
    grpc: GrpcAddress = GRPC,
    http: HttpAddress = HTTP,
    events: Events = None,
) -> None:
    """Run the service: the gRPC server and the REST facade over one database.

    With --events, also the relay that `items relay` is. Prints where everything is as
    soon as it answers. Ctrl-C or SIGTERM ends all cleanly within 5 seconds. If one of
    them ends by itself, so do the others, and the exit code is 1. They read every other
    setting from its ITEMS_... variable.
    """
    readable_on_a_terminal()
    if events:
        check_brokers()
    with claimed(grpc, "--grpc") as upstream, claimed(http, "--http") as site:
        parts = [_grpc_server(store, upstream), _rest_facade(upstream, site)]
        if events:
            parts.append(_relay(upstream, events))
        asyncio.run(supervise(parts, partial(announce, store, upstream, site)))


def _grpc_server(store: str, grpc: Address) -> Part:
    flags = ("--store", store, "--grpc", str(grpc))
    return Part("the gRPC server", "grpc_server", flags, partial(grpc_serves, grpc))


def _rest_facade(grpc: Address, http: Address) -> Part:
    flags = ("--upstream", str(grpc.within_reach()), "--http", str(http))
    return Part("the REST facade", "rest_facade", flags, partial(http_is_ready, http))


def _relay(grpc: Address, events: list[str]) -> Part:
    # Not on the command line, where everybody could read the passwords.
    os.environ["ITEMS_EVENTS"] = " ".join(events)
    return Part("the relay", "items_events", ("--upstream", str(grpc.within_reach())), _at_once)


async def _at_once() -> bool:
    """A broker that is down keeps nobody from serving."""
    return True
