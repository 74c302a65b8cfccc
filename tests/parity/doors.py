"""The two doors of the service, called in the same way: an RPC's name and its request."""

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote

import httpx
from google.protobuf import json_format
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2
from grpc import aio
from grpc_status import rpc_status

from items.v1 import items_pb2
from items.v1.items_routes import ROUTES

SERVICE = items_pb2.DESCRIPTOR.services_by_name["ItemService"]
ROUTE_OF = {route.rpc: route for route in ROUTES}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: a body if *code* is OK, a *reason* otherwise."""

    code: str
    reason: str
    body: dict[str, Any]


class Door(Protocol):
    """A way into the service; a request is ProtoJSON with camelCase keys."""

    async def call(self, rpc: str, request: dict[str, Any]) -> Answer:
        """Make one call."""


class GrpcDoor:
    """Over gRPC, with messages parsed from the request."""

    def __init__(self, channel: aio.Channel) -> None:
        self._channel = channel

    async def call(self, rpc: str, request: dict[str, Any]) -> Answer:
        """Make one call."""
        method = SERVICE.methods_by_name[rpc]
        message = json_format.ParseDict(request, GetMessageClass(method.input_type)())
        call = self._channel.unary_unary(
            f"/{SERVICE.full_name}/{rpc}",
            request_serializer=type(message).SerializeToString,
            response_deserializer=GetMessageClass(method.output_type).FromString,
        )
        try:
            response = await call(message, timeout=10)
        except aio.AioRpcError as error:
            return Answer(error.code().name, _reason(error), {})
        return Answer("OK", "", json_format.MessageToDict(response))


class RestDoor:
    """Over REST, with the request laid out as google.api.http says."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self._client = client

    async def call(self, rpc: str, request: dict[str, Any]) -> Answer:
        """Make one call."""
        route = ROUTE_OF[rpc]
        rest = {key: value for key, value in request.items() if key != route.body}
        path = route.path
        if "{id}" in path:
            item_id = rest.pop("id", None) or request["item"]["id"]
            path = path.replace("{id}", quote(item_id, safe=""))
        body = rest if route.body == "*" else request.get(route.body)
        response = await self._client.request(
            route.method,
            path,
            params={} if route.body == "*" else {key: _text(rest[key]) for key in rest},
            json=body,
        )
        if response.is_success:
            return Answer("OK", "", response.json())
        problem = response.json()
        return Answer(problem["code"], problem["reason"], {})


def _text(value: Any) -> Any:
    return str(value).lower() if isinstance(value, bool) else value


def _reason(error: aio.AioRpcError) -> str:
    status = rpc_status.from_call(error)
    info = error_details_pb2.ErrorInfo()
    assert status is not None, error
    assert any(detail.Unpack(info) for detail in status.details), status
    return info.reason
