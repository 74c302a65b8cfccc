"""The limits that the contract states as protovalidate rules."""

import json
from itertools import islice

import protovalidate
from google.protobuf.message import Message

from grpc_server.catalog.errors import Violation

MAX_VIOLATIONS = 20
"""How many violations a message is told; a hostile one may have thousands."""


def rule_violations(message: Message) -> list[Violation]:
    """The rules of the contract that *message* breaks, each with the path of the field."""
    found = protovalidate.collect_violations(message)
    return [
        Violation(_path(violation.proto.field), violation.proto.message)
        for violation in islice(found, MAX_VIOLATIONS)
    ]


def _path(path: protovalidate.FieldPathPb | None) -> str:
    """A path in the notation of google.rpc.BadRequest: ``writes[3].create.item.labels["a"]``."""
    return ".".join(map(_element, path.elements)) if path is not None else ""


def _element(element: protovalidate.FieldPathElementPb) -> str:
    subscript = element.subscript
    if subscript is None:
        return element.field_name
    if subscript.field == "index":
        return f"{element.field_name}[{subscript.value}]"
    return f"{element.field_name}[{json.dumps(subscript.value)}]"
