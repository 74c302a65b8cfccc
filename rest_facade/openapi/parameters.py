"""The headers of requests and answers, for the OpenAPI document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

_ETAGS = r'^\*$|^(W/)?"[!#-~]*"( *, *(W/)?"[!#-~]*")*$'
_UUID = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

REQUEST_HEADERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "If-Match": {
            "description": 'Go on only if the item is in one of these versions, such as `"42"`; '
            "`*` is any.",
            "schema": {"type": "string", "format": "entity-tags", "pattern": _ETAGS},
        },
        "If-None-Match": {
            "description": "Answer 304 if the item is still in one of these versions, such as "
            '`"42"`.',
            "schema": {"type": "string", "format": "entity-tags", "pattern": _ETAGS},
        },
        "Last-Event-ID": {
            "description": "The id of the event that was seen last: go on after it, without "
            "a snapshot. Browsers send it when they connect again; it wins over "
            "`fromRevision`.",
            "schema": {"type": "string", "pattern": "^[0-9]{0,18}$"},
        },
        "Idempotency-Key": {
            "description": "A UUID: the same call with the same key is performed once.",
            "schema": {
                "type": "string",
                "format": "uuid",
                "pattern": _UUID,
            },
        },
    }
)

HEADERS_OF_WRITES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        **REQUEST_HEADERS,
        "If-None-Match": {
            "description": "Go on only if there is no item.",
            "schema": {"type": "string", "const": "*"},
        },
    }
)

ANSWER_HEADERS: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "X-Request-Id": {
            "description": "What the logs know the call by.",
            "schema": {"type": "string"},
        },
        "ETag": {
            "description": "The version of the item.",
            "schema": {"type": "string"},
        },
        "Location": {
            "description": "Where the new item is.",
            "schema": {"type": "string"},
        },
        "Retry-After": {
            "description": "Seconds to wait before trying again.",
            "schema": {"type": "integer", "minimum": 1},
        },
        "Accept": {
            "description": "The media types that are read.",
            "schema": {"type": "string"},
        },
    }
)
