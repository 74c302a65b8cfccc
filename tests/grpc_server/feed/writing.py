"""Writes, in one line each."""

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub


async def create(items: ItemServiceStub, *ids: str, **fields: object) -> int:
    """Create items in one revision; tells which."""
    request = pb.BatchWriteItemsRequest()
    for item_id in ids:
        item = pb.Item(**{"id": item_id, "name": item_id, **fields})  # type: ignore[arg-type]  # fields of an item
        request.writes.add(create=pb.CreateItemRequest(item=item))
    return (await items.BatchWriteItems(request)).revision


async def relabel(items: ItemServiceStub, item_id: str, tier: str) -> int:
    """Set the label ``tier``; tells the revision."""
    item = pb.Item(id=item_id, labels={"tier": tier})
    return (await items.UpdateItem(pb.UpdateItemRequest(item=item))).revision


async def delete(items: ItemServiceStub, item_id: str) -> int:
    """Delete an item; tells the revision."""
    return (await items.DeleteItem(pb.DeleteItemRequest(id=item_id))).revision


async def undelete(items: ItemServiceStub, item_id: str) -> int:
    """Undelete an item; tells the revision."""
    return (await items.UndeleteItem(pb.UndeleteItemRequest(id=item_id))).revision


async def replace_many(items: ItemServiceStub, name: str, count: int) -> int:
    """Write *count* items, each in a revision of its own; tells the last."""
    request = pb.BatchWriteItemsRequest(allow_partial=True)
    for number in range(count):
        item = pb.Item(id=f"i{number}", name=name)
        request.writes.add(replace=pb.ReplaceItemRequest(item=item))
    return (await items.BatchWriteItems(request)).revision
