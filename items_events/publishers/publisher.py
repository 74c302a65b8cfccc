"""The interface of a publisher."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from items_events.cloud_events import CloudEvent  # imports the generated converters


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the broker rejects permanently, and *why*."""

    event: "CloudEvent"
    why: str


class Publisher(Protocol):
    """A connection to one place of a broker: an exchange, a stream, or subjects.

    After BrokerUnavailable the connection must not be used again.
    """

    async def declare(self) -> float:
        """Create what the broker needs to keep events. Idempotent.

        Returns the seconds after which it survives a crash of the broker: the caller
        publishes nothing before.

        Raises:
            BrokerUnavailable: it cannot be created, or exists with another type.
        """

    async def publish(self, events: "Sequence[CloudEvent]") -> Sequence[Refused]:
        """Publish *events* in order, and return those that the broker rejected.

        The broker has confirmed all others. An event that it had already may appear a
        second time, with the same id.

        Raises:
            BrokerUnavailable: it is unknown which of the events the broker has.
        """
