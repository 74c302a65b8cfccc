"""Items as text: one line of JSON, or cells of a table for people."""

import json
from collections.abc import Iterator

from google.protobuf import json_format

from items.v1 import items_pb2 as pb
from items_cli.printable import printable


def as_line(item: pb.Item) -> str:
    """ProtoJSON in one line."""
    return json.dumps(json_format.MessageToDict(item), ensure_ascii=False, separators=(",", ":"))


def rows(item: pb.Item) -> Iterator[tuple[str, str]]:
    """Each field that is set, with its value; labels one by one, attributes as JSON."""
    for name, value in json_format.MessageToDict(item).items():
        if name == "labels":
            yield from ((f"labels.{key}", printable(text)) for key, text in sorted(value.items()))
        elif name == "attributes":
            for key, content in sorted(value.items()):
                yield printable(f"attributes.{key}"), printable(_json(content))
        else:
            yield name, printable(str(value))


def labels(item: pb.Item) -> str:
    """The labels as ``key=value``, in order."""
    return printable(" ".join(f"{key}={value}" for key, value in sorted(item.labels.items())))


def _json(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
