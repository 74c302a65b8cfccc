"""Query strings, read strictly: nothing unknown, nothing undecodable."""

from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import ValidationError

from items_protojson.query import Query
from rest_facade.problems.problems import Place, Violation, invalid
from rest_facade.requests.violations import refusal

Q = TypeVar("Q", bound=Query)

MAX_PARAMETERS = 2000
"""More than any call needs: a thousand ids, and the rest."""


def parse_query(model: type[Q], query_string: bytes) -> Q:
    """Return the *model* that *query_string* describes.

    Raises:
        Problem: a parameter is unknown, given twice, or breaks a limit.
    """
    try:
        return model.from_pairs(_pairs(query_string))
    except ValidationError as error:
        raise refusal(error, model, Place.QUERY) from None


def _pairs(query_string: bytes) -> list[tuple[str, str]]:
    if not query_string:
        return []
    try:
        return parse_qsl(
            query_string.decode(),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_PARAMETERS,
        )
    except UnicodeDecodeError:
        raise invalid(Violation(Place.QUERY, "", "must be percent-encoded UTF-8")) from None
    except ValueError:
        raise invalid(
            Violation(Place.QUERY, "", f"has more than {MAX_PARAMETERS} parameters")
        ) from None
