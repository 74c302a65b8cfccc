"""Links from an answer to the calls that take its id, for the OpenAPI document."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

READS = ("GetItem", "ListItemRevisions")
WRITES = ("UpdateItem", "ReplaceItem", "DeleteItem")

LINKS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "CreateItem": READS + WRITES,
        "GetItem": WRITES,
        "UpdateItem": READS + WRITES,
        "ReplaceItem": READS + WRITES,
        "DeleteItem": ("UndeleteItem", "ListItemRevisions"),
        "UndeleteItem": READS + WRITES,
    }
)
"""By RPC: what is called next with the item of its answer."""


def links(rpc: str) -> dict[str, Any]:
    """Return the links of a successful answer to *rpc*."""
    return {name: _link(name) for name in LINKS.get(rpc, ())}


def _link(rpc: str) -> dict[str, Any]:
    return {"operationId": rpc, "parameters": {"path.id": "$response.body#/id"}}
