"""Items as text: one line of JSON, or cells of a table for people."""

import json
from collections.abc import Iterator
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from items.v1 import items_pb2 as pb
from items_cli.output.terminal import printable

EXACT = 2.0**53
"""The bound below which every whole number is a double of its own."""


def as_line(message: Message) -> str:
    """Return *message* as ProtoJSON in one line."""
    return json.dumps(_fields(message), ensure_ascii=False, separators=(",", ":"))


def rows(item: pb.Item) -> Iterator[tuple[str, str]]:
    """Yield the name and value of each set field: an object key by key, what is deeper as JSON."""
    for name, value in _fields(item).items():
        if isinstance(value, dict):
            for key, content in sorted(value.items()):
                yield printable(f"{name}.{key}"), printable(_json(content))
        else:
            yield name, printable(_json(value))


def labels(item: pb.Item) -> str:
    """Return the labels as ``key=value``, sorted by key."""
    return printable(" ".join(f"{key}={value}" for key, value in sorted(item.labels.items())))


def _fields(message: Message) -> dict[str, Any]:
    """Return *message* as JSON: keys sorted, and whole numbers as 3 where json_format has 3.0."""
    return {name: _whole(value) for name, value in json_format.MessageToDict(message).items()}


def _whole(value: Any) -> Any:
    match value:
        case dict():
            return {key: _whole(content) for key, content in sorted(value.items())}
        case list():
            return [_whole(content) for content in value]
        case float() if value.is_integer() and abs(value) < EXACT:
            return int(value)
        case _:
            return value


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
