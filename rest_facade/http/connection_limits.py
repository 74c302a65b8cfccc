"""The limits that all connections of a facade share."""

from dataclasses import dataclass, field

from rest_facade.http.budget import Budget
from rest_facade.http.read_queue import ReadQueue
from rest_facade.settings import Settings
from rest_facade.sockets.connections import Connections


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of all connections together, and of each in seconds."""

    head_seconds: float
    stall_seconds: float
    connections: Connections
    requests: Budget
    answers: Budget
    reads: ReadQueue = field(default_factory=ReadQueue)


def bounds_of(settings: Settings) -> Bounds:
    """Return the bounds of a facade with *settings*."""
    return Bounds(
        head_seconds=settings.rest_head_timeout.total_seconds(),
        stall_seconds=settings.rest_stall_timeout.total_seconds(),
        connections=Connections(settings.rest_max_connections),
        requests=Budget(settings.rest_max_held_bytes),
        answers=Budget(settings.rest_max_held_bytes),
    )
