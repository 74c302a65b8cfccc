"""The running service, called from one thread: requests and answers are plain values."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import grpc
from anyio.from_thread import start_blocking_portal
from google.protobuf import json_format
from google.protobuf.message import Message
from google.rpc import code_pb2, error_details_pb2, status_pb2
from grpc_status import rpc_status

from grpc_server.main import serving
from items.v1 import items_pb2 as pb
from tests.model.decisions import Item, Refused, Request, without
from tests.model.model import Result, Version
from tests.servers import server_settings

Answer = TypeVar("Answer", bound=Message)

KINDS = {
    number: name.removeprefix("CHANGE_KIND_") for name, number in pb.ChangeKind.items() if number
}


@contextmanager
def running_service(
    folder: Path, clock: Callable[[], datetime], **changes: Any
) -> Iterator["Service"]:
    """A service over a new store, on an event loop of its own, until the block ends.

    *clock* tells the time of its commits; what has expired by that is soon removed.
    """
    settings = server_settings(folder, sweep_interval=0.01, **changes)
    with (
        start_blocking_portal() as portal,
        portal.wrap_async_context_manager(serving(settings, clock)) as address,
        grpc.insecure_channel(address) as channel,
    ):
        yield Service(channel)


class Service:
    """The calls of the contract; each raises Refused with the code and the reason."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel

    def write(self, write: Request, actor: str) -> Item:
        """Call the RPC of one of the five writes."""
        message = _write(write)
        kind = message.WhichOneof("write")
        request: Message = getattr(message, kind or "")
        return _item(self._call(f"{kind}_item", request, pb.Item, actor))

    def batch(self, request: Request, actor: str) -> Result:
        """Call BatchWriteItems."""
        message = json_format.ParseDict(without(request, "writes"), pb.BatchWriteItemsRequest())
        message.writes.extend(map(_write, request["writes"]))
        answer = self._call("batch_write_items", message, pb.BatchWriteItemsResponse, actor)
        return {"results": [_result(each) for each in answer.results], "revision": answer.revision}

    def get(self, **fields: Any) -> Item:
        """Call GetItem."""
        return _item(self._call("get_item", pb.GetItemRequest(**fields), pb.Item))

    def batch_get(self, **fields: Any) -> dict[str, Any]:
        """Call BatchGetItems."""
        request = pb.BatchGetItemsRequest(**fields)
        answer = self._call("batch_get_items", request, pb.BatchGetItemsResponse)
        return {
            "items": [_item(item) for item in answer.items],
            "missing_ids": list(answer.missing_ids),
            "revision": answer.revision,
        }

    def page(self, **fields: Any) -> tuple[list[Item], str, int]:
        """Call ListItems: the items, the token of the next page, the revision."""
        request = pb.ListItemsRequest(**fields)
        answer = self._call("list_items", request, pb.ListItemsResponse)
        return [_item(item) for item in answer.items], answer.next_page_token, answer.revision

    def history(self, item_id: str, page_size: int) -> list[Version]:
        """Call ListItemRevisions until the last page; the versions, oldest first."""
        request = pb.ListItemRevisionsRequest(id=item_id, page_size=page_size)
        versions: list[Version] = []
        while not versions or request.page_token:
            page = self._call("list_item_revisions", request, pb.ListItemRevisionsResponse)
            assert 0 < len(page.revisions) <= page_size
            versions.extend(map(_version, page.revisions))
            request.page_token = page.next_page_token
        return versions[::-1]

    def _call(self, name: str, request: Message, answer: type[Answer], actor: str = "") -> Answer:
        rpc = "".join(map(str.capitalize, name.split("_")))
        call: grpc.UnaryUnaryMultiCallable[Message, Answer] = self._channel.unary_unary(
            f"/items.v1.ItemService/{rpc}",
            request_serializer=type(request).SerializeToString,
            response_deserializer=answer.FromString,
        )
        try:
            return call(request, metadata=(("items-actor", actor),), timeout=20)
        except grpc.RpcError as error:
            status = rpc_status.from_call(error)
            if status is None:
                raise
            raise Refused(*_refusal(status)) from error


def _write(write: Request) -> pb.ItemWrite:
    ((kind, request),) = write.items()
    message = json_format.ParseDict({kind: without(request, "update_mask")}, pb.ItemWrite())
    if "update_mask" in request:
        message.update.update_mask.SetInParent()
        message.update.update_mask.paths.extend(request["update_mask"])
    return message


def _result(result: pb.ItemWriteResult) -> Result:
    if result.HasField("error"):
        return {"error": _refusal(result.error)}
    item = {"item": _item(result.item)}
    return item | {"kind": KINDS[result.kind]} if result.kind else item


def _item(item: pb.Item) -> Item:
    shown: Item = json_format.MessageToDict(item, preserving_proto_field_name=True)
    return shown


def _version(version: pb.ItemRevision) -> Version:
    return Version(
        version.revision,
        KINDS[version.kind],
        version.commit_time.ToJsonString(),
        version.actor,
        version.request_id,
        _item(version.item),
    )


def _refusal(status: status_pb2.Status) -> tuple[str, str]:
    info = error_details_pb2.ErrorInfo()
    assert any(detail.Unpack(info) for detail in status.details), status
    return code_pb2.Code.Name(status.code), info.reason
