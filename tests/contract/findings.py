"""What of that which schemathesis reports is a finding, and why the rest is none."""

from http import HTTPStatus
from typing import Any

from schemathesis import Case, Response
from schemathesis.core.failures import Failure, ServerError
from schemathesis.openapi.checks import RejectedPositiveData, UseAfterFree

OF_THE_STORE = frozenset(
    {
        "DUPLICATE_ID",  # two writes of a batch name one item
        "INVALID_PAGE_TOKEN",  # a token goes only with the filter and order that it was made for
        "REVISION_IN_FUTURE",  # a revision that the store has not reached
        "REVISION_NOT_REACHED",  # the same, which is 503: a replica that lags may reach it soon
    }
)
"""Reasons to refuse a request that the schema cannot tell: they depend on other requests."""


class Findings:
    """Judges failures, with what it has seen of deletions."""

    def __init__(self) -> None:
        self._deleted: set[str] = set()

    def see(self, case: Case[Any], response: Response) -> None:
        """Note what *case* did: `use_after_free` does not know that deletion can be undone."""
        if response.status_code >= HTTPStatus.BAD_REQUEST:
            return
        if case.method == "DELETE":
            self._deleted.add(_id(case))
        elif case.path.endswith(":batchWrite"):
            self._deleted.clear()
        elif case.method != "GET":
            self._deleted.discard(_id(case))

    def has(self, failure: Failure, case: Case[Any], response: Response) -> bool:
        """Whether *failure* shows a fault of the service or of its document."""
        if isinstance(failure, UseAfterFree):
            return _id(case) in self._deleted and not _asks_for_what_is_deleted(case)
        if isinstance(failure, RejectedPositiveData | ServerError):
            return _reason(response) not in OF_THE_STORE
        return True


def _id(case: Case[Any]) -> str:
    return str((case.path_parameters or {}).get("id"))


def _asks_for_what_is_deleted(case: Case[Any]) -> bool:
    """Deletion is soft: the history stays, and so does the item for those who ask for it."""
    query = case.query or {}
    return case.path.endswith("/revisions") or bool(query.keys() & {"showDeleted", "revision"})


def _reason(response: Response) -> str:
    problem: dict[str, Any] = response.json()
    reason: str = problem["reason"]
    return reason
