"""The formats of events: server-sent events, or a JSON object on each line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from rest_facade.answers.events import Event
from rest_facade.requests.media_types import EVENT_STREAM, JSON_LINES, NDJSON

RETRY_MS = 1000
"""How soon a browser connects again."""


@dataclass(frozen=True, slots=True)
class Form:
    """*opening* begins a stream, and *heartbeat* breaks a long silence."""

    opening: bytes
    heartbeat: bytes
    write: Callable[[Event], bytes]


def _server_sent(event: Event) -> bytes:
    """Return *event* by HTML, 9.2.5: JSON has no line breaks, so one `data` holds all of it."""
    lines = b"event: %b\ndata: %b\n\n" % (event.name.encode(), event.content)
    return lines if event.cursor is None else b"id: %d\n%b" % (event.cursor, lines)


def _line(event: Event) -> bytes:
    """Return an object whose only key is the name of the event, and a line break."""
    return b'{"%b":%b}\n' % (event.name.encode(), event.content)


_LINES = Form(opening=b"", heartbeat=b"", write=_line)

FORMS: Mapping[str, Form] = MappingProxyType(
    {
        EVENT_STREAM: Form(
            opening=b"retry: %d\n\n" % RETRY_MS, heartbeat=b":\n\n", write=_server_sent
        ),
        NDJSON: _LINES,  # no heartbeat: bookmarks come anyway, and readers of lines want objects
        JSON_LINES: _LINES,
    }
)
"""The forms, by media type; the first one is the usual one."""
