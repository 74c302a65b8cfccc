"""The route of an item's history."""

from starlette.responses import Response

from items.v1 import items_converters as converters
from items.v1 import items_models as models
from items.v1 import items_requests as requests
from rest_facade.answers.json_answers import list_answer
from rest_facade.requests.call import Call
from rest_facade.routes.operations import Operation
from rest_facade.upstream.forwarding import call as rpc


async def list_item_revisions(call: Call) -> Response:
    """ListItemRevisions: a page of the kept versions, newest first."""
    path = call.path(models.ListItemRevisionsPath)
    request = requests.list_item_revisions(path, call.query(models.ListItemRevisionsQuery))
    answer = rpc(call.upstream.stub.ListItemRevisions, request, call.forwarded)
    page = await call.while_connected(answer)
    to_json = converters.list_item_revisions_response_to_json
    return await list_answer(call, page, "revisions", to_json, converters.item_revision_to_json)


OPERATIONS = (
    Operation(
        "GET",
        "/v1/items/{id}/revisions",
        "ListItemRevisions",
        list_item_revisions,
        refusals=(404,),
        tag="revisions",
    ),
)
