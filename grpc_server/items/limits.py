"""The limits that the contract states as protovalidate rules."""

import json
from itertools import islice

import protovalidate
from google.protobuf.message import Message

from grpc_server.items.errors import Violation
from items_protojson.parsing.sentences import RULES

MAX_VIOLATIONS = 20
"""How many violations a message is told; a hostile one may have thousands."""


MAX_CHECKED_BYTES = 16 * 1024
"""Up to which size all violations of a message are collected; of a larger one, the first.

To collect the violations of 4 MiB of empty ids takes longer than anybody waits.
"""


def rule_violations(message: Message) -> list[Violation]:
    """The rules of the contract that *message* breaks, each with the path of the field."""
    is_large = message.ByteSize() > MAX_CHECKED_BYTES
    found = protovalidate.collect_violations(message, fail_fast=is_large)
    return [
        Violation(_path(violation.proto.field), _description(violation))
        for violation in islice(found, MAX_VIOLATIONS)
    ]


def _description(violation: protovalidate.Violation) -> str:
    """What is wrong, in the words that REST uses, too."""
    words = RULES.get(violation.proto.rule_id)
    return words(violation.rule_value) if words else violation.proto.message


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
