"""A valid request for each method, with something in most of its fields."""

from google.protobuf import field_mask_pb2, struct_pb2, timestamp_pb2
from google.protobuf.message import Message

from items.v1 import items_pb2 as pb

UUID = "01a20bc1-8bf5-70ec-9271-4fa426495112"


def valid_request(method: str) -> Message:
    """A request that *method* can accept."""
    return _REQUESTS[method]


def _item() -> pb.Item:
    attributes = struct_pb2.Struct()
    attributes.update({"size": {"width": 2.5, "tags": ["a", None, True]}, "": "x"})
    return pb.Item(
        id="valid",
        name="Válid",
        description="An item",
        labels={"a/b": "c", "d": ""},
        attributes=attributes,
        create_time=timestamp_pb2.Timestamp(seconds=1, nanos=2),
        revision=3,
    )


_CREATE = pb.CreateItemRequest(item=_item(), request_id=UUID, validate_only=True)
_UPDATE = pb.UpdateItemRequest(
    item=_item(),
    update_mask=field_mask_pb2.FieldMask(paths=["name", "labels.d", "attributes.size.width"]),
    allow_missing=True,
)
_REPLACE = pb.ReplaceItemRequest(item=_item())
_DELETE = pb.DeleteItemRequest(id="valid", etag="*", validate_only=True)
_UNDELETE = pb.UndeleteItemRequest(id="valid", etag="1")

_REQUESTS: dict[str, Message] = {
    "CreateItem": _CREATE,
    "GetItem": pb.GetItemRequest(id="valid", show_deleted=True, revision=1),
    "ListItems": pb.ListItemsRequest(page_size=3, filter='name = "V*"', order_by="name desc"),
    "UpdateItem": _UPDATE,
    "ReplaceItem": _REPLACE,
    "DeleteItem": _DELETE,
    "UndeleteItem": _UNDELETE,
    "BatchGetItems": pb.BatchGetItemsRequest(ids=["valid", "other"], show_deleted=True),
    "BatchWriteItems": pb.BatchWriteItemsRequest(
        writes=[
            pb.ItemWrite(create=_CREATE),
            pb.ItemWrite(update=_UPDATE),
            pb.ItemWrite(replace=_REPLACE),
            pb.ItemWrite(delete=_DELETE),
            pb.ItemWrite(undelete=_UNDELETE),
        ],
        allow_partial=True,
    ),
    "ListItemRevisions": pb.ListItemRevisionsRequest(id="valid", page_size=2),
    "WatchItems": pb.WatchItemsRequest(from_revision=0, filter='name = "V*"'),
}
