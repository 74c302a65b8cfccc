"""What every source does: it hands out messages until they are dealt with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message: the *id* that it has each time it is delivered, empty if it has none.

    *receipt* is what its source knows it by.
    """

    id: str
    body: bytes
    receipt: Any


class Source(Protocol):
    """A connection to a queue or a stream.

    Each method raises BrokerUnavailable, after which the connection is of no use; what
    was not acknowledged is delivered again.
    """

    async def next(self) -> Delivery:
        """The next message, waited for."""

    async def acknowledge(self, delivery: Delivery) -> None:
        """It is dealt with, and never delivered again."""

    async def move_to_dead_letters(self, delivery: Delivery, problem: Mapping[str, Any]) -> None:
        """Move it to the dead letters, with the *problem* that it has."""
