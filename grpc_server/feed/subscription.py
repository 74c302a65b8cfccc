"""What one watcher sees of the store: the same for all who watch it so."""

from dataclasses import dataclass

from grpc_server.database.query import Condition


@dataclass(frozen=True, slots=True)
class Subscription:
    """The live items that match *where*, or, if it is None, all that happens.

    With *with_previous*, each change has the item as it was before.
    """

    where: Condition | None
    with_previous: bool

    @property
    def needs_previous(self) -> bool:
        """Whether it looks at the versions before the changes."""
        return self.with_previous or self.where is not None
