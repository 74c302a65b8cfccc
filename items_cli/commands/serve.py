"""`items serve`: the whole service, as two processes under one supervisor."""

import asyncio
from functools import partial

from items_cli.address import Address
from items_cli.announcement import announce
from items_cli.child import Part
from items_cli.flags import GRPC, HTTP, STORE, GrpcAddress, HttpAddress, Store
from items_cli.logs import readable_on_a_terminal
from items_cli.ports import claimed
from items_cli.readiness import grpc_serves, http_is_ready
from items_cli.supervisor import supervise


def serve(store: Store = STORE, grpc: GrpcAddress = GRPC, http: HttpAddress = HTTP) -> None:
    """Run the service: the gRPC server and the REST facade over one database.

    Prints where everything is as soon as it answers. Ctrl-C or SIGTERM ends both cleanly
    within 5 seconds. If one of them ends by itself, so does the other, and the exit
    code is 1. Both read every other setting from its ITEMS_... variable.
    """
    readable_on_a_terminal()
    with claimed(grpc, "--grpc") as upstream, claimed(http, "--http") as site:
        parts = (_grpc_server(store, upstream), _rest_facade(upstream, site))
        asyncio.run(supervise(parts, partial(announce, store, upstream, site)))


def _grpc_server(store: str, grpc: Address) -> Part:
    flags = ("--store", store, "--grpc", str(grpc))
    return Part("the gRPC server", "grpc_server", flags, partial(grpc_serves, grpc))


def _rest_facade(grpc: Address, http: Address) -> Part:
    flags = ("--upstream", str(grpc.within_reach()), "--http", str(http))
    return Part("the REST facade", "rest_facade", flags, partial(http_is_ready, http))
