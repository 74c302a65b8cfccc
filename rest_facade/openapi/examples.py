"""Examples of requests and answers, for the OpenAPI document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from items.v1.items_fields import ITEM_WRITABLE
from items.v1.items_models import Item

ITEM: Mapping[str, Any] = {
    "id": "desk-lamp",
    "name": "Desk lamp",
    "description": "A lamp with an arm, for desks.",
    "labels": {"room": "studio", "team": "facilities"},
    "attributes": {"watts": 9, "colours": ["black", "white"]},
    "createTime": "2026-01-31T09:00:00Z",
    "updateTime": "2026-02-01T12:30:00.250Z",
    "revision": "42",
    "etag": "42",
}

_SENT = {Item.json_names()[name] for name in ("id", *ITEM_WRITABLE)}

NEW_ITEM: Mapping[str, Any] = {name: value for name, value in ITEM.items() if name in _SENT}

DELETED_ITEM: Mapping[str, Any] = {
    **ITEM,
    "deleteTime": "2026-02-02T08:00:00Z",
    "expireTime": "2026-03-04T08:00:00Z",
    "revision": "43",
    "etag": "43",
}

COMMIT: Mapping[str, Any] = {
    "revision": "42",
    "commitTime": "2026-02-01T12:30:00.250Z",
    "changes": [{"kind": "CHANGE_KIND_UPDATED", "item": ITEM}],
    "actor": "alice",
}

BODIES: Mapping[str, Mapping[str, Any]] = MappingProxyType(
    {
        "CreateItem": {
            "all": {"summary": "With an id that the client has chosen", "value": NEW_ITEM},
            "least": {"summary": "The least: the id is made", "value": {"name": "Desk lamp"}},
        },
        "ReplaceItem": {"item": {"value": {"name": "Desk lamp", "labels": {"room": "studio"}}}},
        "UpdateItem": {
            "patch": {
                "summary": "Rename, add a label, remove one, change an attribute",
                "value": {
                    "name": "Desk lamp, LED",
                    "labels": {"tier": "gold", "team": None},
                    "attributes": {"watts": 7},
                },
            },
            "safe": {
                "summary": "Only if it is still in this version",
                "value": {"description": "A lamp.", "etag": "42"},
            },
        },
        "UndeleteItem": {"undelete": {"value": {}}},
        "BatchWriteItems": {
            "mixed": {
                "value": {
                    "writes": [
                        {"create": {"item": {"id": "desk-chair", "name": "Desk chair"}}},
                        {"delete": {"id": "floor-lamp"}},
                    ],
                    "allowPartial": True,
                }
            }
        },
    }
)
"""Request bodies, by RPC."""

ANSWERS: Mapping[str, Any] = MappingProxyType(
    {
        "CreateItem": ITEM,
        "GetItem": ITEM,
        "UpdateItem": ITEM,
        "ReplaceItem": ITEM,
        "UndeleteItem": ITEM,
        "DeleteItem": DELETED_ITEM,
        "ListItems": {"items": [ITEM], "nextPageToken": "CglkZXNrLWxhbXA", "revision": "42"},
        "BatchGetItems": {"items": [ITEM], "missingIds": ["desk-chair"], "revision": "42"},
        "BatchWriteItems": {
            "results": [
                {"item": ITEM, "kind": "CHANGE_KIND_CREATED"},
                {"error": {"code": 5, "message": "there is no item `floor-lamp`"}},
            ],
            "revision": "42",
        },
        "ListItemRevisions": {
            "revisions": [
                {
                    "revision": "42",
                    "kind": "CHANGE_KIND_UPDATED",
                    "commitTime": "2026-02-01T12:30:00.250Z",
                    "actor": "alice",
                    "item": ITEM,
                }
            ]
        },
    }
)
"""Answers, by RPC."""

PARAMETERS: Mapping[str, Any] = MappingProxyType(
    {
        "id": "desk-lamp",
        "ids": ["desk-lamp", "desk-chair"],
    }
)
"""Values of parameters that must be given, by name: `/docs` fills them in to try a call."""
