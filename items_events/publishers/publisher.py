"""What every sink does: it takes events in order, and says which of them it never will."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from items_events.cloud_events import CloudEvent  # it knows how items become JSON


@dataclass(frozen=True, slots=True)
class Refused:
    """An event that the broker will not take, however often it is published."""

    event: "CloudEvent"
    why: str


class Publisher(Protocol):
    """A connection to one place of a broker.

    After BrokerUnavailable the connection is of no use any more.
    """

    async def declare(self) -> float:
        """Make what the broker needs to keep events; harmless if it is there already.

        Returns in how many seconds, at the latest, it will be there also if the broker is
        killed: nothing should be published before.

        Raises:
            BrokerUnavailable: it cannot be made, or is there and is something else.
        """

    async def publish(self, events: "Sequence[CloudEvent]") -> Sequence[Refused]:
        """Publish *events* in this order; the broker has all but the answered ones.

        An event that the broker has already is published a second time, or recognised
        and left as it is; its id is the same.

        Raises:
            BrokerUnavailable: nobody knows which of them the broker has.
        """
