"""A load: which requests are sent where, how many at a time, and for how long."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum


class Door(StrEnum):
    """The protocol that is spoken."""

    GRPC = "gRPC"
    REST = "REST"


class Operation(StrEnum):
    """What each request does."""

    GET = "get"
    CREATE = "create"


class LoadFailed(Exception):
    """An answer was an error, or not the one that was asked for: nothing was measured."""


@dataclass(frozen=True, slots=True)
class Limit:
    """When a load ends: after *seconds* or *requests*, whichever comes first."""

    seconds: float
    requests: int

    def tickets(self) -> Iterator[int]:
        """The number of each request that may be sent; the time runs from the first."""
        end = time.perf_counter() + self.seconds
        for number in range(self.requests):
            if time.perf_counter() >= end:
                return
            yield number


@dataclass(frozen=True, slots=True)
class Load:
    """Requests to *address*, *in_flight* of them at a time.

    A create makes the items of the series *prefix*; a get asks for one of its first
    *known* ones.
    """

    door: Door
    operation: Operation
    address: str
    in_flight: int
    limit: Limit
    prefix: str
    known: int = 1


@dataclass(frozen=True, slots=True)
class Sample:
    """What came of a load: how many were answered, in which time; latencies in seconds."""

    requests: int
    seconds: float
    p50: float
    p99: float

    @classmethod
    def of(cls, latencies: list[float], seconds: float) -> "Sample":
        """The figures of at least one request, whose *latencies* these are."""
        ordered = sorted(latencies)
        count = len(ordered)
        return cls(count, seconds, ordered[count // 2], ordered[count * 99 // 100])

    @property
    def rate(self) -> float:
        """Requests answered in a second."""
        return self.requests / self.seconds
