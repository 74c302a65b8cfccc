"""The cases: a row of the table each."""

from dataclasses import dataclass
from enum import Enum

from benchmarks.load.load import Door, Operation
from benchmarks.servers.subjects import Peers, Service


class Target(Enum):
    """What a case is about; the value is its name in the table."""

    REST = "REST"
    GRPC = "gRPC"
    TUTORIAL = "tutorial"
    BARE = "bare grpc.aio handler"
    GRPC_CEILING = "generator at its limit, gRPC"
    HTTP_CEILING = "generator at its limit, HTTP"

    @property
    def door(self) -> Door:
        """The protocol that it speaks."""
        rest = {Target.REST, Target.TUTORIAL, Target.HTTP_CEILING}
        return Door.REST if self in rest else Door.GRPC

    @property
    def has_store(self) -> bool:
        """Whether it keeps items; the others answer with one that they always have."""
        return self in {Target.REST, Target.GRPC, Target.TUTORIAL}


@dataclass(frozen=True, slots=True)
class Case:
    """An operation on a target, so many at a time."""

    target: Target
    operation: Operation
    in_flight: int

    @property
    def name(self) -> str:
        """Its name in the table, without how many are in flight."""
        return f"{self.target.value} {self.operation.value}"

    def on(self, target: Target) -> "Case":
        """The same on another target."""
        return Case(target, self.operation, self.in_flight)


ONE, MANY = 1, 64
"""How many requests are in flight: a lone caller, and a busy service."""

REST_GET = Case(Target.REST, Operation.GET, MANY)
REST_CREATE = Case(Target.REST, Operation.CREATE, MANY)

_PAIRS = (  # what is compared is measured one after the other
    (Target.REST, Operation.GET),
    (Target.TUTORIAL, Operation.GET),
    (Target.GRPC, Operation.GET),
    (Target.BARE, Operation.GET),
    (Target.REST, Operation.CREATE),
    (Target.TUTORIAL, Operation.CREATE),
    (Target.GRPC, Operation.CREATE),
)

CASES = (
    *(Case(target, operation, ONE) for target, operation in _PAIRS),
    *(Case(target, operation, MANY) for target, operation in _PAIRS),
    Case(Target.HTTP_CEILING, Operation.GET, MANY),
    Case(Target.GRPC_CEILING, Operation.GET, MANY),
)
"""All of them, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where each target listens."""

    service: Service
    peers: Peers

    def of(self, target: Target) -> str:
        """The address of *target*."""
        servers = {
            Target.REST: self.service.rest,
            Target.GRPC: self.service.grpc,
            Target.TUTORIAL: self.peers.tutorial,
            Target.BARE: self.peers.grpcio,
            Target.GRPC_CEILING: self.peers.native,
            Target.HTTP_CEILING: self.peers.http,
        }
        return servers[target].address
