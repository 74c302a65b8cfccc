"""The item that goes every way, and what is looked at in it."""

from typing import Any

import httpx
from google.protobuf.field_mask_pb2 import FieldMask
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from items.v1 import items_pb2

pb: Any = items_pb2
"""Types know nothing of the fields that were added."""

VIM = {"id": "vim", "name": "Vim", "brand": "Acme", "weight": 1.5}


async def patched(rest: httpx.AsyncClient, body: Any, **query: str) -> Any:
    """The item `vim` after a PATCH with *body*."""
    answer = await rest.patch("/v1/items/vim", json=body, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


def added(item: Any) -> dict[str, Any]:
    """What *item*, in JSON, has of the two fields."""
    return {name: item[name] for name in ("brand", "weight") if name in item}


def update(mask: list[str] | None, **fields: Any) -> Any:
    return pb.UpdateItemRequest(
        item=pb.Item(id="vim", **fields),
        update_mask=None if mask is None else FieldMask(paths=mask),
    )


def violations(error: aio.AioRpcError) -> dict[str, str]:
    """The fields that a refusal names, and what it says of them."""
    metadata = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(metadata["grpc-status-details-bin"])
    bad = error_details_pb2.BadRequest()
    assert any(detail.Unpack(bad) for detail in status.details)
    return {each.field: each.description for each in bad.field_violations}
