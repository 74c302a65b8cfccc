"""The bytes of one connection's unanswered calls, counted against the budget."""

from collections.abc import Callable

from rest_facade.http.budget import SMALL, Budget, Holding


class Receipts:
    """The unanswered bytes of one connection; *give_up* is called if it exceeds the budget."""

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
        """Release all bytes: every call was answered or cancelled."""
        self._complete = 0
        self._budget.resize(self._holding, 0)
