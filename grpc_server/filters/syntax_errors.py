"""Text of a client that cannot be read."""

import re
from typing import TypeVar

from grpc_server.items.errors import InvalidRequest, Violation

_SHOWN = 60

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")

_Refusal = TypeVar("_Refusal", bound=InvalidRequest)


class Misread(Exception):
    """Says *what* is wrong, at which character of the text, and how to set it right.

    *offset* counts from 0; people count from 1.
    """

    def __init__(self, offset: int, what: str, hint: str = "") -> None:
        super().__init__(f"{what} at {offset + 1}" + (f"; {hint}" if hint else ""))
        self.position = offset + 1

    def refusal(self, error: type[_Refusal], field: str) -> _Refusal:
        """This as the *error* that the caller is told, about *field* of the request."""
        return error(
            f"{field}: {self}",
            violations=[Violation(field, str(self))],
            metadata={"position": str(self.position)},
        )


def quote(text: str) -> str:
    """*text* as a message shows it: in backticks, and cut short if it is long."""
    return f"`{text}`" if len(text) <= _SHOWN else f"`{text[:_SHOWN]}...`"


def refuse_unstorable(text: str) -> None:
    """Refuse characters that no item can hold: NUL, and halves of surrogate pairs.

    Raises:
        Misread: *text* has one.
    """
    if found := _UNSTORABLE.search(text):
        raise Misread(found.start(), f"the character U+{ord(found[0]):04X}", "no item can hold it")
