"""The violations that Pydantic finds in a request, as a problem."""

import difflib
from collections.abc import Iterable

from pydantic import ValidationError

from items_protojson.message import Message
from items_protojson.parsing.violations import Violation as Finding
from items_protojson.parsing.violations import violations as findings
from rest_facade.problems.problems import Place, Problem, Violation, invalid

LONGEST_TYPO = 128
"""Characters of a name that may be another one mistyped; comparing takes their square."""


def refusal(error: ValidationError, model: type[Message], place: Place) -> Problem:
    """Return the refusal of the input at *place*, which is not a valid *model*."""
    return refusal_of(findings(error, model), place)


def refusal_of(found: Iterable[Finding], place: Place) -> Problem:
    """Return the refusal of the input at *place*, for the violations *found* in it."""
    return invalid(*(_violation(one, place) for one in found))


def _violation(found: Finding, place: Place) -> Violation:
    where = found.pointer if place is Place.BODY else found.pointer.removeprefix("/")
    return Violation(place, where, found.description, _suggestion(found))


def _suggestion(found: Finding) -> str | None:
    """Return the name that was probably meant by an unknown one."""
    name = found.pointer.rpartition("/")[2]
    if len(name) > LONGEST_TYPO:
        return None
    return next(iter(difflib.get_close_matches(name, found.known, n=1)), None)
