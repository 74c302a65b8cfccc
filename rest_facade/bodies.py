"""Request bodies: read within a limit, checked, and never held when they are too large."""

from collections.abc import Collection, Mapping
from typing import TypeVar

from grpc import StatusCode
from pydantic import ValidationError
from starlette.types import Receive

from protojson.duplicates import duplicate_key
from protojson.message import Message
from protojson.violations import is_malformed
from rest_facade.media_types import check_media_type
from rest_facade.problems import Place, Problem, Violation, invalid
from rest_facade.violations import refusal

B = TypeVar("B", bound=Message)


async def read_body(
    receive: Receive, headers: Mapping[str, str], accepted: Collection[str], limit: int
) -> bytes:
    """The body in one of the *accepted* media types; empty if there is none.

    An empty one that is said to be of another type is refused, too: a page of another site
    can send a form without asking, a body of JSON it cannot. (Fetch, 2.2.2)

    Raises:
        Problem: it is larger than *limit*, of another type, or the client has gone.
    """
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise _too_large(limit)
    raw = await _receive_all(receive, limit)
    if raw or "content-type" in headers:
        check_media_type(headers, accepted)
    return raw


def parse_body(model: type[B], raw: bytes) -> B:
    """The *model* that the JSON in *raw* describes.

    Raises:
        Problem: it is not JSON, or breaks a limit.
    """
    try:
        body = model.model_validate_json(raw)
    except ValidationError as error:
        found = _malformed(error) if is_malformed(error) else refusal(error, model, Place.BODY)
        raise found from None
    _refuse_duplicate_keys(raw)
    return body


def _refuse_duplicate_keys(raw: bytes) -> None:
    """Refuse an object that has a key twice: readers would differ in what it says."""
    key = duplicate_key(raw)
    if key is not None:
        detail = f"the key {key} stands twice in an object"
        raise invalid(Violation(Place.BODY, "", detail), reason="MALFORMED_JSON")


async def _receive_all(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Problem(StatusCode.CANCELLED, "CANCELLED", "the client went away")
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > limit:
            raise _too_large(limit)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(limit: int) -> Problem:
    return Problem(
        StatusCode.RESOURCE_EXHAUSTED,
        "REQUEST_TOO_LARGE",
        f"the body is larger than {limit} bytes",
    )


def _malformed(error: ValidationError) -> Problem:
    said = error.errors(include_url=False, include_input=False)[0]
    return invalid(
        Violation(Place.BODY, "", said["msg"].removeprefix("Invalid JSON: ")),
        reason="MALFORMED_JSON",
    )
