"""What calls and answers look like, for the OpenAPI document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from items.v1.items_fields import ITEM_WRITABLE
from items.v1.items_models import Item

ITEM: Mapping[str, Any] = {
    "id": "vim",
    "name": "Vim",
    "description": "Vi IMproved, a text editor.",
    "labels": {"section": "editors", "maintainer": "vim-team"},
    "attributes": {"version": "9.1", "installedSize": 4096},
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
            "least": {"summary": "The least: the id is made", "value": {"name": "Vim"}},
        },
        "ReplaceItem": {"item": {"value": {"name": "Vim", "labels": {"section": "editors"}}}},
        "UpdateItem": {
            "patch": {
                "summary": "Rename, add a label, remove one, change an attribute",
                "value": {
                    "name": "Vim 9",
                    "labels": {"tier": "gold", "maintainer": None},
                    "attributes": {"version": "9.2"},
                },
            },
            "safe": {
                "summary": "Only if it is still in this version",
                "value": {"description": "A text editor.", "etag": "42"},
            },
        },
        "UndeleteItem": {"undelete": {"value": {}}},
        "BatchWriteItems": {
            "mixed": {
                "value": {
                    "writes": [
                        {"create": {"item": {"id": "nano", "name": "GNU nano"}}},
                        {"delete": {"id": "ed"}},
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
        "ListItems": {"items": [ITEM], "nextPageToken": "CgN2aW0", "revision": "42"},
        "BatchGetItems": {"items": [ITEM], "missingIds": ["emacs"], "revision": "42"},
        "BatchWriteItems": {
            "results": [
                {"item": ITEM, "kind": "CHANGE_KIND_CREATED"},
                {"error": {"code": 5, "message": "there is no item `ed`"}},
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
        "id": "vim",
        "ids": ["vim", "emacs"],
    }
)
"""Values of parameters that must be given, by name: `/docs` fills them in to try a call."""
