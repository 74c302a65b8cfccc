"""Routes of batches: many items in one call."""

from collections.abc import Generator

from starlette.responses import Response

from items.v1 import items_converters as converters
from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items.v1 import items_requests as requests
from rest_facade.answers.json_answers import list_answer
from rest_facade.requests.call import Call
from rest_facade.requests.preconditions import identify, refuse_headers
from rest_facade.routes.operations import Operation
from rest_facade.upstream.forwarding import call as rpc


async def batch_get_items(call: Call) -> Response:
    """BatchGetItems: the items found, and the ids that were not."""
    request = requests.batch_get_items(call.query(models.BatchGetItemsQuery))
    answer = rpc(call.upstream.stub.BatchGetItems, request, call.forwarded)
    found = await call.while_connected(answer)
    to_json = converters.batch_get_items_response_to_json
    return await list_answer(call, found, "items", to_json, converters.item_to_json)


async def batch_write_items(call: Call) -> Response:
    """BatchWriteItems: a result for each write, also when some were refused."""
    refuse_headers(call.headers, "If-Match", "If-None-Match")
    query = call.query(models.BatchWriteItemsQuery)
    body = await call.body(models.BatchWriteItemsRequest)
    request = await call.turns.take(_request(query, body))
    identify(request, call.headers)
    results = await rpc(call.upstream.stub.BatchWriteItems, request, call.forwarded)
    to_json, each = (
        converters.batch_write_items_response_to_json,
        converters.item_write_result_to_json,
    )
    return await list_answer(call, results, "results", to_json, each)


def _request(
    query: models.BatchWriteItemsQuery, body: models.BatchWriteItemsRequest
) -> Generator[None, None, pb.BatchWriteItemsRequest]:
    """Build the request, one write in a step."""
    request = requests.batch_write_items(query, body.model_copy(update={"writes": ()}))
    for write in body.writes:
        request.writes.append(converters.item_write_to_proto(write))
        yield
    return request


OPERATIONS = (
    Operation("GET", "/v1/items:batchGet", "BatchGetItems", batch_get_items, tag="batches"),
    Operation(
        "POST",
        "/v1/items:batchWrite",
        "BatchWriteItems",
        batch_write_items,
        refusals=(404, 409),
        headers=("Idempotency-Key",),
        tag="batches",
    ),
)
