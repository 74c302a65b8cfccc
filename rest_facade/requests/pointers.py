"""Paths of fields in a message -> JSON pointers (RFC 6901) in its ProtoJSON.

The paths are those of google.rpc.BadRequest: `writes[3].create.item.create_time`.
"""

import json
import re
from collections.abc import Iterator

from google.protobuf.descriptor import Descriptor, FieldDescriptor

_KEY = r"\"(?:[^\"\\]++|\\[\"\\/bfnrt]|\\u[0-9a-fA-F]{4})*\""
_SEGMENT = re.compile(rf"\.?(?P<name>[^.\[]+)|\[(?P<index>\d+)\]|\[(?P<key>{_KEY})\]")


def json_pointer(message: Descriptor, path: str) -> str:
    """Return the JSON pointer of the field at *path* in the JSON of *message*.

    Names become camelCase; keys of maps and of free-form objects stay as they are.
    """
    return "".join(f"/{_escaped(token)}" for token in _json_names(message, path))


def _json_names(message: Descriptor | None, path: str) -> Iterator[str]:
    at = 0
    while segment := _SEGMENT.match(path, at):
        at = segment.end()
        field = message.fields_by_name.get(segment["name"]) if message else None
        if field is None:
            key: str = json.loads(segment["key"]) if segment["key"] else ""
            yield segment["name"] or segment["index"] or key
            continue
        yield field.json_name
        message = _inner(field)
        if _is_map(field) and path.startswith(".", at):
            yield path[at + 1 :]  # all of it is one key: labels have dots in theirs
            return


def _inner(field: FieldDescriptor) -> Descriptor | None:
    """Return the message whose fields come next; none in a map or in free-form JSON."""
    inner = field.message_type
    return None if inner is None or inner.file.package != "items.v1" or _is_map(field) else inner


def _is_map(field: FieldDescriptor) -> bool:
    return bool(field.message_type and field.message_type.GetOptions().map_entry)


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1")
