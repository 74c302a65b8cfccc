"""A google.api.http rule: how a method of a service is reached over HTTP."""

from dataclasses import dataclass

from items_protojson.message import Message
from items_protojson.query import Query


@dataclass(frozen=True, slots=True)
class Route:
    """One method of a service.

    *template* is the path of the rule as the proto has it, ``/v1/items/{item.id}``;
    *path* is the same with the names of *path_model*, ``/v1/items/{id}``. *body* is
    the field that the request body is, ``*`` if it is the whole request, or empty.
    *streams*: whether it answers with a stream of *response_model*.
    *summary* is the first sentence of *description*, the comment in the proto.
    """

    rpc: str
    method: str
    path: str
    template: str
    body: str
    streams: bool
    summary: str
    description: str
    path_model: type[Message] | None
    query_model: type[Query]
    body_model: type[Message] | None
    response_model: type[Message]
