"""The events of a stream, for the OpenAPI document."""

from collections.abc import Mapping
from typing import Any

from items.v1 import items_models as models
from items_protojson.message import Message
from items_protojson.parsing.encoding import encode
from rest_facade.answers.events import BOOKMARK, COMMIT, ERROR, SNAPSHOT
from rest_facade.openapi import examples
from rest_facade.requests.media_types import EVENT_STREAM

EVENT_MODELS: Mapping[str, type[Message]] = {
    SNAPSHOT: models.ItemSnapshot,
    COMMIT: models.ItemChanges,
    BOOKMARK: models.Bookmark,
}
"""What the content of an event is, by the name of the event."""

_MEANINGS = {
    SNAPSHOT: "A part of the items at one revision; the last part is `complete`.",
    COMMIT: "Everything that one revision changed.",
    BOOKMARK: "How far the stream has come; the first event, if there is no snapshot.",
    ERROR: "Why the stream ends: the last event.",
}

SERVER_SENT: Mapping[str, Any] = {
    "type": "object",
    "description": "An event, by the names of its lines.",
    "properties": {
        "event": {"type": "string", "enum": list(_MEANINGS)},
        "id": {
            "type": "string",
            "pattern": "^[0-9]+$",
            "description": "The revision; what `Last-Event-ID` goes on from.",
        },
        "retry": {"type": "integer", "description": "Milliseconds until a browser comes back."},
        "data": {
            "type": "string",
            "contentMediaType": "application/json",
            "description": "What happened, in JSON.",
        },
    },
}

EVENT = "WatchEvent"


def event_schema(references: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """Return the schema of a line; *references* lead to the contents, by the name of the event."""
    return {
        "title": EVENT,
        "type": "object",
        "description": "A line of a stream: one key, the name of the event.",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": False,
        "properties": {
            name: {**reference, "description": _MEANINGS[name]}
            for name, reference in references.items()
        },
    }


def event_content(media_type: str, schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the schema and an example of an event in *media_type*; *schema* is a line's."""
    if media_type != EVENT_STREAM:
        return {"schema": schema, "example": {COMMIT: examples.COMMIT}}
    data = encode(examples.COMMIT).decode()
    return {"schema": SERVER_SENT, "example": {"id": "42", "event": COMMIT, "data": data}}
