"""Media types: those of request bodies, and those that a client accepts."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from grpc import StatusCode

from rest_facade.problems.problems import Problem

JSON = "application/json"
MERGE_PATCH = "application/merge-patch+json"
"""RFC 7396; it gives the same result as JSON does."""

EVENT_STREAM = "text/event-stream"
"""Server-sent events, as EventSource reads them. (HTML, 9.2)"""

HTML = "text/html"

NDJSON = "application/x-ndjson"
JSON_LINES = "application/jsonl"
"""Another name of the same."""


def negotiate(headers: Mapping[str, str], offered: Sequence[str]) -> str:
    """Return the *offered* type that the client prefers; the first of equals.

    By RFC 9110, 12.5.1: of the ranges that match a type, the most specific counts.

    Raises:
        Problem: `Accept` excludes all of them.
    """
    best = preferred(headers, offered)
    if best is None:
        raise Problem(
            StatusCode.INVALID_ARGUMENT,
            "NOT_ACCEPTABLE",
            f"answers are {' or '.join(offered)}, which `Accept` excludes",
        )
    return best


def preferred(headers: Mapping[str, str], offered: Sequence[str]) -> str | None:
    """Return the one of the *offered* types that `negotiate` chooses; None if all are excluded."""
    accept = headers.get("accept", "").strip()
    if not accept or accept in {"*/*", offered[0]}:
        return offered[0]
    qualities = dict(_qualities(accept))
    best = max(offered, key=lambda name: _liking(name, qualities))
    return best if _liking(best, qualities) > 0 else None


def accepts_gzip(accept_encoding: str) -> bool:
    """Return whether the client takes gzip, by RFC 9110, 12.5.3."""
    if not accept_encoding:
        return False
    qualities = dict(_qualities(accept_encoding))
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def check_media_type(headers: Mapping[str, str], accepted: Collection[str]) -> None:
    """Pass if the body is in UTF-8 in one of the *accepted* types, and not compressed.

    Raises:
        Problem: it is not, or the headers do not say.
    """
    content_type, *parameters = headers.get("content-type", "").lower().split(";")
    charset = dict(_parameter(text) for text in parameters).get("charset", "utf-8")
    if content_type.strip() not in accepted:
        sent = f"not {content_type.strip()}" if content_type else "and Content-Type must say so"
        raise _unsupported(f"the body must be {' or '.join(accepted)}, {sent}", accepted)
    if charset not in {"utf-8", "utf8", "us-ascii"}:
        raise _unsupported(f"JSON is in UTF-8, not in {charset}", accepted)
    if headers.get("content-encoding", "identity").lower() != "identity":
        raise _unsupported("compressed bodies are not read", accepted)


def _qualities(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.lower().split(","):
        media_range, *parameters = part.split(";")
        yield media_range.strip(), _quality(dict(_parameter(text) for text in parameters))


def _liking(name: str, qualities: Mapping[str, float]) -> float:
    ranges = (name, f"{name.partition('/')[0]}/*", "*/*")
    return next((qualities[found] for found in ranges if found in qualities), 0.0)


def _quality(parameters: Mapping[str, str]) -> float:
    try:
        return float(parameters.get("q", "1"))
    except ValueError:
        return 1.0


def _parameter(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name.strip(), value.strip().strip('"')


def _unsupported(detail: str, accepted: Collection[str]) -> Problem:
    return Problem(
        StatusCode.INVALID_ARGUMENT,
        "UNSUPPORTED_MEDIA_TYPE",
        detail,
        headers={"accept": ", ".join(accepted), "accept-encoding": "identity"},
    )
