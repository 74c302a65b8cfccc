"""google.rpc.Status in an answer, with the details that its Any values hold."""

from typing import Annotated, Any, Final

from google.protobuf import any_pb2, json_format
from google.protobuf.message import DecodeError
from google.rpc import error_details_pb2, status_pb2
from pydantic import Field

from items_protojson.message import Message
from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

DETAIL_TYPES: Final = error_details_pb2.DESCRIPTOR
"""Named so that the import, which makes the details readable, is seen to be used."""


def status_to_json(status: status_pb2.Status) -> dict[str, Any]:
    """ProtoJSON of *status*, defaults left out."""
    json: dict[str, Any] = {}
    if status.code:
        json["code"] = status.code
    if status.message:
        json["message"] = status.message
    if status.details:
        json["details"] = [any_to_json(detail) for detail in status.details]
    return json


def any_to_json(message: any_pb2.Any) -> dict[str, Any]:
    """ProtoJSON of what *message* holds; of a type unknown here, only the type's name."""
    try:
        json: dict[str, Any] = json_format.MessageToDict(message)
    except (TypeError, ValueError, DecodeError, json_format.Error):
        return {"@type": message.type_url}
    return json


def _only_answered(_: object) -> Any:
    raise refusal("any", "is only written, never read")


ANY: Final = JsonType(
    _only_answered,
    any_to_json,
    {"type": "object"},
    {
        "type": "object",
        "properties": {"@type": {"type": "string"}},
        "required": ["@type"],
        "additionalProperties": True,
    },
)


class Status(Message):
    """Why a call was refused, as a gRPC status."""

    code: int | None = Field(default=None, description="The gRPC status code.")
    message: str | None = Field(default=None, description="What is wrong, for people.")
    details: list[Annotated[any_pb2.Any, ANY]] | None = Field(
        default=None,
        description="What is wrong, for programs: google.rpc.ErrorInfo and its like.",
    )
