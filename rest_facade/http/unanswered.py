"""What one connection has sent of calls that are not answered yet, against the budget."""

from collections.abc import Callable

from rest_facade.http.budget import SMALL, Budget, Holding


class Receipts:
    """The bytes of one connection; *give_up* is called when it must pay for all."""

    def __init__(self, budget: Budget, give_up: Callable[[], None]) -> None:
        self._budget = budget
        self._holding = Holding(give_up)
        self._complete = 0

    def take(self, size: int) -> None:
        """Count *size* bytes of the message that is under way."""
        held = self._complete + size
        if held > SMALL or self._holding.size:
            self._budget.resize(self._holding, held)

    def complete(self, size: int) -> None:
        """Keep the *size* bytes of a message that has ended, until its call is answered."""
        self._complete += size
        self._budget.keep(self._holding)

    def release(self) -> None:
        """Let go of everything: all calls are answered, or nobody answers them."""
        self._complete = 0
        self._budget.resize(self._holding, 0)
