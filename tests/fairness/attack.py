"""What an attack is: something that one client sends, made beforehand and bounded in time."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.fairness.service import Target

SECONDS = 3.0
"""How long an attack that has no end of its own goes on."""

PATIENCE = 5.0
"""How long the attacker waits for an answer, at most."""


@dataclass(frozen=True, slots=True)
class Attack:
    """*name* says what is sent, *dimension* what it spends; *send* sends what *make* made.

    What is made before the honest client starts costs only the attacker. *send* returns when
    all is answered, or given up. One that is not *held* against is known to break the rule,
    and docs/architecture.md says how; it is shown, and not asserted.
    """

    name: str
    dimension: str
    send: Callable[[Target, Any], None]
    make: Callable[[], Any] = bytes
    is_held: bool = True

    def __str__(self) -> str:
        return self.name
