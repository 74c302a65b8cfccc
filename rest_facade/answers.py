"""What calls are answered with."""

from http import HTTPStatus
from typing import Any

from starlette.responses import Response

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json
from protojson.encoding import encode
from rest_facade.call import Call
from rest_facade.entity_tags import entity_tag, known_tag

REVALIDATE = "no-cache"
"""Keep the answer, but ask before using it: the tag makes that cheap."""


class JsonAnswer(Response):
    """An answer in JSON; made in a third of the time that its base class takes."""

    media_type = "application/json"

    def __init__(self, content: Any, status_code: int = HTTPStatus.OK, **headers: str) -> None:
        self.body = encode(content)
        self.status_code = status_code
        self.background = None
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(self.body)),
            *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
        ]


def item_answer(item: pb.Item) -> Response:
    """The answer to a read: *item* with its tag."""
    return JsonAnswer(item_to_json(item), etag=entity_tag(item.etag), cache_control=REVALIDATE)


def not_modified(call: Call, etag: str) -> Response:
    """The answer to a client that has the version *etag*: its tag, and nothing more."""
    headers = {"etag": known_tag(call.headers, etag), "cache-control": REVALIDATE}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


def written_answer(call: Call, result: pb.ItemWriteResult, *, validate_only: bool) -> Response:
    """The answer to a write: the item with its tag; 201 and where it is if it is new."""
    content = item_to_json(result.item)
    if validate_only:
        return JsonAnswer(content)
    etag = entity_tag(result.item.etag)
    if result.kind != pb.CHANGE_KIND_CREATED:
        return JsonAnswer(content, etag=etag)
    location = f"{call.scope.get('root_path', '')}/v1/items/{result.item.id}"
    return JsonAnswer(content, HTTPStatus.CREATED, etag=etag, location=location)
