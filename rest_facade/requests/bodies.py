"""Request bodies: read within a limit, checked, and never held when they are too large."""

from collections.abc import Collection, Generator, Mapping
from typing import TypeVar

from grpc import StatusCode
from starlette.types import Receive

from items_protojson.message import Message
from items_protojson.parsing.document import Excessive, Malformed
from items_protojson.parsing.parser import parsing
from items_protojson.parsing.violations import Invalid
from rest_facade.problems.problems import Place, Problem, Violation, invalid
from rest_facade.requests.media_types import check_media_type
from rest_facade.requests.violations import refusal_of

B = TypeVar("B", bound=Message)


async def read_body(
    receive: Receive, headers: Mapping[str, str], accepted: Collection[str], limit: int
) -> bytes:
    """Return the body in one of the *accepted* media types; empty if there is none.

    An empty one that is said to be of another type is refused, too: a page of another site
    can send a form without asking, a body of JSON it cannot. (Fetch, 2.2.2)

    Raises:
        Problem: it is larger than *limit*, of another type, or the client has gone.
    """
    declared = headers.get("content-length", "0")
    if not declared.isdecimal() or int(declared) > limit:
        raise _larger_than(limit)
    raw = await _receive_all(receive, limit)
    if raw or "content-type" in headers:
        check_media_type(headers, accepted)
    return raw


def parse_body(model: type[B], raw: bytes) -> Generator[None, None, B]:
    """Return the *model* that the JSON in *raw* describes, in steps.

    Raises:
        Problem: it is not JSON, or breaks a limit.
    """
    try:
        return (yield from parsing(model, raw))
    except Malformed as error:
        raise invalid(Violation(Place.BODY, "", str(error)), reason="MALFORMED_JSON") from None
    except Excessive as error:
        raise _too_large(str(error)) from None
    except Invalid as error:
        raise refusal_of(error.violations, Place.BODY) from None


async def _receive_all(receive: Receive, limit: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    try:
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise Problem(StatusCode.CANCELLED, "CANCELLED", "the client went away")
            chunks.append(message.get("body", b""))
            size += len(chunks[-1])
            if size > limit:
                raise _larger_than(limit)
            more = message.get("more_body", False)
        return b"".join(chunks)
    finally:
        chunks.clear()  # the traceback of a refusal would keep them


def _larger_than(limit: int) -> Problem:
    return _too_large(f"the body is larger than {limit} bytes")


def _too_large(detail: str) -> Problem:
    return Problem(StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", detail)
