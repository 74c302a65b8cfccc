"""What calls are answered with."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json
from protojson.encoding import encode
from rest_facade.call import Call
from rest_facade.entity_tags import entity_tag, known_tag
from rest_facade.media_types import JSON

REVALIDATE = "no-cache"
"""Keep the answer, but ask before using it: the tag makes that cheap."""


def json_answer(content: Any) -> Response:
    """The answer that holds *content*, which a converter made."""
    return Response(encode(content), media_type=JSON)


def item_answer(item: pb.Item) -> Response:
    """The answer to a read: *item* with its tag."""
    headers = {"etag": entity_tag(item.etag), "cache-control": REVALIDATE}
    return Response(encode(item_to_json(item)), media_type=JSON, headers=headers)


def not_modified(call: Call, etag: str) -> Response:
    """The answer to a client that has the version *etag*: its tag, and nothing more."""
    headers = {"etag": known_tag(call.headers, etag), "cache-control": REVALIDATE}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def written_answer(call: Call, result: pb.ItemWriteResult, *, validate_only: bool) -> Response:
    """The answer to a write: the item with its tag; 201 and where it is if it is new."""
    response = json_answer(item_to_json(result.item))
    if validate_only:
        return response
    response.headers["etag"] = entity_tag(result.item.etag)
    if result.kind == pb.CHANGE_KIND_CREATED:
        response.status_code = HTTPStatus.CREATED
        response.headers["location"] = f"{call.settings.rest_root_path}/v1/items/{result.item.id}"
    return response
