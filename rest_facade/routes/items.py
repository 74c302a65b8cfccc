"""Routes of items: create, get, list, update, replace, delete, undelete."""

from starlette.responses import Response

from items.v1 import items_converters as converters
from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items.v1 import items_requests as requests
from rest_facade.answers.json_answers import item_answer, list_answer, not_modified, written_answer
from rest_facade.problems.problems import Place, Violation, invalid
from rest_facade.requests.call import Call
from rest_facade.requests.entity_tags import read_entity_tags
from rest_facade.requests.masks import mask_of
from rest_facade.requests.media_types import JSON, MERGE_PATCH
from rest_facade.requests.preconditions import (
    is_current,
    refuse_headers,
    require_current,
    requires_absence,
)
from rest_facade.routes.conditional_writes import perform
from rest_facade.routes.operations import Operation
from rest_facade.upstream.forwarding import call as rpc


async def create_item(call: Call) -> Response:
    """CreateItem: 201, where the item is, and its tag."""
    refuse_headers(call.headers, "If-Match", "If-None-Match")
    query = call.query(models.CreateItemQuery)
    request = requests.create_item(query, await call.body(models.Item))
    result = await perform(call, pb.ItemWrite(create=request))
    return await written_answer(call, result, validate_only=request.validate_only)


async def get_item(call: Call) -> Response:
    """GetItem: the item and its tag, or 304 to a client that has it."""
    request = requests.get_item(call.path(models.GetItemPath), call.query(models.GetItemQuery))
    expected = read_entity_tags(call.headers, "If-Match")
    known = read_entity_tags(call.headers, "If-None-Match")
    reading = call.upstream.reads.get(request, call.forwarded)
    item = await (call.while_connected(reading) if request.min_revision else reading)
    require_current(expected, item.etag)
    if is_current(known, item.etag):
        return not_modified(call, item.etag)
    return await item_answer(call, item)


async def list_items(call: Call) -> Response:
    """ListItems: a page."""
    request = requests.list_items(call.query(models.ListItemsQuery))
    page = await call.while_connected(rpc(call.upstream.stub.ListItems, request, call.forwarded))
    to_json = converters.list_items_response_to_json
    return await list_answer(call, page, "items", to_json, converters.item_to_json)


async def update_item(call: Call) -> Response:
    """UpdateItem: the mask is that of the query, or what the body's keys say."""
    refuse_headers(call.headers, "If-None-Match")
    path, query = call.path(models.UpdateItemPath), call.query(models.UpdateItemQuery)
    body = await call.body(models.ItemPatch, (JSON, MERGE_PATCH))
    _refuse_other_id(path.id, body.id)
    request = requests.update_item(path, query, body)
    if not request.HasField("update_mask"):
        request.update_mask.CopyFrom(mask_of(body))
    result = await perform(call, pb.ItemWrite(update=request))
    return await written_answer(call, result, validate_only=request.validate_only)


async def replace_item(call: Call) -> Response:
    """ReplaceItem: 201 if the item is new; with `If-None-Match: *`, only then."""
    path, query = call.path(models.ReplaceItemPath), call.query(models.ReplaceItemQuery)
    body = await call.body(models.Item)
    _refuse_other_id(path.id, body.id)
    request = requests.replace_item(path, query, body)
    write = pb.ItemWrite(replace=request)
    if requires_absence(call.headers):
        write = pb.ItemWrite(create=_creation(request))
    result = await perform(call, write)
    return await written_answer(call, result, validate_only=request.validate_only)


async def delete_item(call: Call) -> Response:
    """DeleteItem: the item as it is now, deleted."""
    refuse_headers(call.headers, "If-None-Match")
    path, query = call.path(models.DeleteItemPath), call.query(models.DeleteItemQuery)
    request = requests.delete_item(path, query)
    result = await perform(call, pb.ItemWrite(delete=request))
    return await written_answer(call, result, validate_only=request.validate_only)


async def undelete_item(call: Call) -> Response:
    """UndeleteItem: the item, live again; an empty body asks for no more than that."""
    refuse_headers(call.headers, "If-None-Match")
    path, query = call.path(models.UndeleteItemPath), call.query(models.UndeleteItemQuery)
    body = await call.body(models.UndeleteItemBody, default=b"{}")
    request = requests.undelete_item(path, query, body)
    result = await perform(call, pb.ItemWrite(undelete=request))
    return await written_answer(call, result, validate_only=request.validate_only)


def _refuse_other_id(in_path: str, in_body: str | None) -> None:
    if in_body and in_body != in_path:
        detail = f"must be {in_path}, as in the path, or left out"
        raise invalid(Violation(Place.BODY, "/id", detail))


def _creation(request: pb.ReplaceItemRequest) -> pb.CreateItemRequest:
    return pb.CreateItemRequest(
        item=request.item, request_id=request.request_id, validate_only=request.validate_only
    )


ITEM = "/v1/items/{id}"
ITEMS = "/v1/items"

OPERATIONS = (
    Operation(
        "GET",
        ITEM,
        "GetItem",
        get_item,
        successes=(200, 304),
        refusals=(404, 410, 412),
        headers=("If-None-Match", "If-Match"),
    ),
    Operation(
        "PATCH",
        ITEM,
        "UpdateItem",
        update_item,
        successes=(200, 201),
        refusals=(404, 409, 412),
        headers=("If-Match", "Idempotency-Key"),
        accepted=(JSON, MERGE_PATCH),
    ),
    Operation(
        "PUT",
        ITEM,
        "ReplaceItem",
        replace_item,
        successes=(200, 201),
        refusals=(409, 412),
        headers=("If-Match", "If-None-Match", "Idempotency-Key"),
    ),
    Operation(
        "DELETE",
        ITEM,
        "DeleteItem",
        delete_item,
        refusals=(404, 409, 412),
        headers=("If-Match", "Idempotency-Key"),
    ),
    Operation("GET", ITEMS, "ListItems", list_items, refusals=(410,)),
    Operation(
        "POST",
        ITEMS,
        "CreateItem",
        create_item,
        successes=(201, 200),
        refusals=(409,),
        headers=("Idempotency-Key",),
    ),
    Operation(
        "POST",
        f"{ITEM}:undelete",
        "UndeleteItem",
        undelete_item,
        refusals=(404, 409, 412),
        headers=("If-Match", "Idempotency-Key"),
        body_is_optional=True,
    ),
)
