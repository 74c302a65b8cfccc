"""The errors of a command: how it ends, and why the service refused a call, in one line."""

import re
from collections.abc import Iterable

from items_client.errors import ItemsError, Violation

_PLACE = re.compile(r"(?:writes\[(?P<index>\d+)\]\.\w+\.)?(?:item\.)?(?P<field>.*)")


class Failure(Exception):
    """The error that ends a command; its message is shown to the user as it is.

    *exit_code* is 2 if the command could not begin.
    """

    def __init__(self, message: str, exit_code: int = 1) -> None:
        super().__init__(message)
        self.exit_code = exit_code


def reason(error: ItemsError) -> str:
    """Return the reason of *error* in one line: its fields if it names any, else its message."""
    return f"{_fields(error.violations) or error.message} ({error.reason or error.code.name})"


def reasons_by_write(error: ItemsError) -> dict[int, str]:
    """Return the reason for each write of a batch that *error* names, by its index in the batch."""
    named: dict[int, list[Violation]] = {}
    for violation in error.violations:
        index = _parts(violation)["index"]
        if index is not None:
            named.setdefault(int(index), []).append(violation)
    return {index: f"{_fields(violations)} ({error.reason})" for index, violations in named.items()}


def _fields(violations: Iterable[Violation]) -> str:
    return "; ".join(
        f"{_parts(violation)['field']}: {violation.description}" for violation in violations
    )


def _parts(violation: Violation) -> re.Match[str]:
    found = _PLACE.fullmatch(violation.field)
    if found is None:
        raise AssertionError("the pattern matches every path")
    return found
