"""One line of NDJSON as an item, or why it is none."""

import difflib
import json
import re
from collections import Counter
from typing import Any, NoReturn

from google.protobuf import json_format

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_WRITABLE
from items_cli.importing.lines import LIMIT, Line
from items_protojson.parsing.excerpt import excerpt
from items_protojson.scalars.numbers import misfit, misfits, read_fraction

WRITABLE = ("id", *ITEM_WRITABLE)

LARGEST = LIMIT
"""Bytes of an item, as a message, that are sent; the service accepts fewer."""

SHOWN = 30
"""How much of a wrong value is shown."""

_MOST_EXACT = 2**53
"""Beyond it, a double may stand for another whole number than the one that was written."""


def _is_object(field: Any) -> bool:
    message = field.message_type
    if message is None or (field.is_repeated and not message.GetOptions().map_entry):
        return False
    is_ours: bool = message.file == pb.DESCRIPTOR  # as the entry of a map is, too
    return is_ours or bool(message.full_name == "google.protobuf.Struct")


_NAMES = {
    name: field.name
    for field in pb.Item.DESCRIPTOR.fields
    for name in (field.json_name, field.name)
}
"""The field of each key that an item has in ProtoJSON, in both spellings."""


_OBJECTS = frozenset(field.name for field in pb.Item.DESCRIPTOR.fields if _is_object(field))
"""The fields whose JSON is an object; json_format takes an empty list or text for one, too."""


class RefusedLine(Exception):
    """The line is not an item that can be imported; the message says why."""


def parse_item(line: Line) -> pb.Item:
    """The item that *line* says, with the fields that a client writes.

    What the service sets, times and revision and etag, is left out: a line that was
    listed from one service can be imported into another. Raises RefusedLine.
    """
    if not line.whole:
        raise RefusedLine(f"the line is longer than {LIMIT >> 20} MiB")
    fields = _fields(_object(line.content))
    if fields.get("id") in (None, ""):
        raise RefusedLine("id: it is missing, and without one each import would add the item anew")
    if fields.get("delete_time"):
        raise RefusedLine("deleteTime: the item is deleted; without the field it is brought back")
    _refuse_misfits(fields)
    item = _item({name: fields[name] for name in WRITABLE if name in fields})
    if item.ByteSize() > LARGEST:
        raise RefusedLine(f"not an item: its {item.ByteSize():,} bytes are more than one may have")
    return item


def _object(content: bytes) -> dict[str, Any]:
    try:
        value = json.loads(
            content.decode(),
            object_pairs_hook=_unique,
            parse_constant=_no_constant,
            parse_float=read_fraction,
        )
    except UnicodeDecodeError as error:
        raise RefusedLine(f"byte {error.start + 1} is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise RefusedLine(f"not JSON: {error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise RefusedLine("not an item: it is nested too deeply") from error
    except ValueError as error:
        raise RefusedLine("not an item: a number has thousands of digits") from error
    if not isinstance(value, dict):
        raise RefusedLine(f"not an item: {_shown(content.decode())} is no JSON object")
    return value


def _fields(value: dict[str, Any]) -> dict[str, Any]:
    """*value* by the names of the fields; an id that is a number as its text."""
    fields: dict[str, Any] = {}
    for key, content in value.items():
        name = _NAMES.get(key)
        if name is None:
            raise RefusedLine(_unknown(key))
        if name in fields:
            raise RefusedLine(f"{key}: the field is there twice, in both of its spellings")
        fields[name] = content
    if _is_whole(fields.get("id")):
        fields["id"] = str(int(fields["id"]))
    return fields


def _is_whole(value: object) -> bool:
    """Whether *value* is a number that an id can be: `7` and `7.0`, as REST reads them."""
    if isinstance(value, float):
        return value.is_integer() and abs(value) <= _MOST_EXACT and misfit(value) is None
    return isinstance(value, int) and not isinstance(value, bool)


def _refuse_misfits(fields: dict[str, Any]) -> None:
    """Refuse numbers of free-form JSON that would be stored as others."""
    for name, value in fields.items():
        for place, why in misfits(value) if isinstance(value, dict | list) else ():
            raise RefusedLine(f"{'.'.join((name, *map(excerpt, place)))}: {why}")


def _item(fields: dict[str, Any]) -> pb.Item:
    for name, value in fields.items():
        if name in _OBJECTS and not isinstance(value, dict | None):
            raise RefusedLine(f"{name}: {_shown(json.dumps(value))} is no JSON object")
    try:
        return json_format.ParseDict(fields, pb.Item())
    except (json_format.ParseError, ValueError, OverflowError, RecursionError) as error:
        raise RefusedLine(_readable(str(error))) from error


def _shown(text: str) -> str:
    """*text*, or how it begins."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def _readable(message: str) -> str:
    """What json_format complains about, in the words of the other refusals."""
    message = re.sub(r"^Failed to parse (\w+) field: ", r"\1: ", " ".join(message.split()))
    message = re.sub(r"^(.*) at Item\.(\w+)$", r"\2: \1", message)
    return message.replace("string or bytes-like object", "text").rstrip(".")


def _unknown(key: str) -> str:
    known = [field.json_name for field in pb.Item.DESCRIPTOR.fields if field.name in WRITABLE]
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(known)}"
    return f"{key}: an item has no such field; {hint}"


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) < len(pairs):
        (key, _), *_ = Counter(key for key, _ in pairs).most_common(1)
        raise RefusedLine(f"{key}: the key is there twice")
    return value


def _no_constant(name: str) -> NoReturn:
    raise RefusedLine(f"not JSON: {name} is no number")
