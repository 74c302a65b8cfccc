"""The interface of a source, which delivers messages until they are acknowledged."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message. Its *id* is the same at every delivery; empty if it has none.

    *receipt* identifies the delivery to its source.
    """

    id: str
    body: bytes
    receipt: Any


class Source(Protocol):
    """A connection to a queue or a stream.

    Methods raise BrokerUnavailable, after which the connection must not be used again.
    Unacknowledged messages are delivered again.
    """

    async def next(self) -> Delivery:
        """Wait for the next message, and return it."""

    async def acknowledge(self, delivery: Delivery) -> None:
        """Acknowledge *delivery*, so that it is never delivered again."""

    async def move_to_dead_letters(self, delivery: Delivery, problem: Mapping[str, Any]) -> None:
        """Move *delivery* to the dead letters, with its *problem*, and acknowledge it."""
