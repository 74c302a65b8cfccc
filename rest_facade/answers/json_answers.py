"""The JSON answers to calls."""

from collections.abc import Callable, Generator, Iterable
from http import HTTPStatus
from typing import Any, TypeVar

from google.protobuf.message import Message
from starlette.responses import Response

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json
from items_protojson.parsing.encoding import encode
from rest_facade.requests.call import Call
from rest_facade.requests.entity_tags import entity_tag, known_tag

REVALIDATE = "no-cache"
"""Keep the answer, but ask before using it: the tag makes that cheap."""


AT_ONCE = 16 << 10
"""Bytes of a message that is converted at once; a larger one waits for its turns."""

M = TypeVar("M", bound=Message)
ToJson = Callable[[M], dict[str, Any]]


class JsonAnswer(Response):
    """An answer in JSON; made in a third of the time that its base class takes."""

    media_type = "application/json"

    def __init__(self, body: bytes, status_code: int = HTTPStatus.OK, **headers: str) -> None:
        self.body = body
        self.status_code = status_code
        self.background = None
        self.raw_headers = [
            (b"content-type", b"application/json"),
            (b"content-length", b"%d" % len(body)),
            *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
        ]


async def list_answer(
    call: Call, message: M, name: str, to_json: ToJson[M], element_to_json: ToJson[Any]
) -> Response:
    """Answer with *message*; if it is large, the elements of its list *name* in turns."""
    if message.ByteSize() <= AT_ONCE:
        return JsonAnswer(encode(to_json(message)))
    elements = await call.turns.take(_encoded(getattr(message, name), element_to_json))
    message.ClearField(name)
    rest = encode(to_json(message))[1:-1]
    members = [b'"%b":[%b]' % (name.encode(), b",".join(elements)), *filter(None, (rest,))]
    return JsonAnswer(b"{%b}" % b",".join(members))


def _encoded(elements: Iterable[M], to_json: ToJson[M]) -> Generator[None, None, list[bytes]]:
    """Return the JSON of each of *elements*, one in a step."""
    encoded = []
    for element in elements:
        encoded.append(encode(to_json(element)))
        yield
    return encoded


async def _item(call: Call, item: pb.Item) -> bytes:
    if item.ByteSize() <= AT_ONCE:
        return encode(item_to_json(item))
    (encoded,) = await call.turns.take(_encoded((item,), item_to_json))
    return encoded


async def item_answer(call: Call, item: pb.Item) -> Response:
    """Return the answer to a read: *item* with its tag."""
    body = await _item(call, item)
    return JsonAnswer(body, etag=entity_tag(item.etag), cache_control=REVALIDATE)


def not_modified(call: Call, etag: str) -> Response:
    """Return the answer to a client that has the version *etag*: its tag, and nothing more."""
    headers = {"etag": known_tag(call.headers, etag), "cache-control": REVALIDATE}
    return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)


async def written_answer(
    call: Call, result: pb.ItemWriteResult, *, validate_only: bool
) -> Response:
    """Return the answer to a write: the item with its tag; 201 and where it is if it is new."""
    content = await _item(call, result.item)
    if validate_only:
        return JsonAnswer(content)
    etag = entity_tag(result.item.etag)
    if result.kind != pb.CHANGE_KIND_CREATED:
        return JsonAnswer(content, etag=etag)
    location = f"{call.scope.get('root_path', '')}/v1/items/{result.item.id}"
    return JsonAnswer(content, HTTPStatus.CREATED, etag=etag, location=location)
