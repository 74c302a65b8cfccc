"""The parts of the service: their modules, their flags, and their addresses."""

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

from items_cli.processes.child import Part
from items_cli.processes.logs import readable_on_a_terminal
from items_cli.processes.places import Place, metrics_places
from items_cli.processes.readiness import grpc_serves, http_is_ready
from items_runtime.address import Address

GRPC, HTTP = "gRPC", "REST"

RELAY = "the relay"

LOOPBACK = Address("127.0.0.1", 0)

Addresses = Mapping[str, Address]
"""The address of each listener, by the names that `Plan.places` returns."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The plan of as many servers and facades as *workers*, and of a relay if it *publishes*."""

    grpc: Address
    http: Address
    workers: int
    publishes: bool

    @property
    def servers(self) -> list[str]:
        """The names of the gRPC servers."""
        return _names("the gRPC server", "gRPC server", self.workers)

    @property
    def facades(self) -> list[str]:
        """The names of the facades."""
        return _names("the REST facade", "REST facade", self.workers)

    def places(self) -> list[Place]:
        """Return every address to listen on.

        Raises:
            Failure: a variable does not hold an address.
        """
        places = [Place(self.grpc, "--grpc", GRPC), Place(self.http, "--http", HTTP)]
        if self.workers > 1:
            places += [Place(LOOPBACK, "--grpc", name) for name in self.servers]
        for variable, names in (
            ("ITEMS_GRPC_METRICS", self.servers),
            ("ITEMS_REST_METRICS", self.facades),
            ("ITEMS_RELAY_METRICS", [RELAY] if self.publishes else []),
        ):
            places += metrics_places(variable, [metrics_of(name) for name in names])
        return places

    def parts(self, addresses: Addresses) -> list[Part]:
        """Return the parts at *addresses*, each after the parts that it depends on."""
        is_one = self.workers == 1
        own = [addresses[name] for name in self.servers] if not is_one else []
        target = str(addresses[GRPC].within_reach()) if is_one else ",".join(map(str, own))
        parts = [_server(addresses)] if is_one else _servers(self.servers, addresses)
        parts += _facades(self.facades, target, addresses)
        if self.publishes:
            flags = ("--upstream", target, *_metrics("relay", RELAY, addresses))
            parts.append(Part(RELAY, "items_events", flags, _at_once))
        return parts


def metrics_of(part: str) -> str:
    """Return the name of the place where *part* shows its metrics."""
    return f"the metrics of {part}"


def _names(only: str, each: str, count: int) -> list[str]:
    return [only] if count == 1 else [f"{each} {number}" for number in range(1, count + 1)]


def _server(addresses: Addresses) -> Part:
    name, address = "the gRPC server", addresses[GRPC]
    flags = ("--grpc", str(address), *_metrics("grpc", name, addresses))
    return Part(name, "grpc_server", flags, partial(grpc_serves, address))


def _servers(names: Sequence[str], addresses: Addresses) -> list[Part]:
    """Return servers that share one port; each has an address of its own as well."""
    shared = ("--grpc", str(addresses[GRPC]), "--grpc-reuse-port", "true")
    return [
        Part(
            name,
            "grpc_server",
            (*shared, "--grpc-own", str(addresses[name]), *_metrics("grpc", name, addresses)),
            partial(grpc_serves, addresses[name]),
        )
        for name in names
    ]


def _facades(names: Sequence[str], target: str, addresses: Addresses) -> list[Part]:
    http = addresses[HTTP]
    flags: tuple[str, ...] = ("--upstream", target, "--http", str(http))
    if len(names) > 1:
        flags = (*flags, "--rest-reuse-port", "true")
    return [
        Part(
            name,
            "rest_facade",
            (*flags, *_metrics("rest", name, addresses)),
            partial(http_is_ready, http),
        )
        for name in names
    ]


def _metrics(kind: str, part: str, addresses: Addresses) -> tuple[str, ...]:
    address = addresses.get(metrics_of(part))
    return () if address is None else (f"--{kind}-metrics", str(address))


def become(module: str, *arguments: str) -> NoReturn:
    """Replace this process with ``python -m module``, which keeps its id and takes its signals."""
    readable_on_a_terminal()
    os.execv(sys.executable, [sys.executable, "-m", module, *arguments])  # noqa: S606  # no shell


async def _at_once() -> bool:
    """Return True: a relay needs no broker to run."""
    return True
