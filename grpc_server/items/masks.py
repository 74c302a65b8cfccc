"""The update mask: which fields an update writes (AIP-134, AIP-161)."""

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from google.protobuf import struct_pb2
from google.protobuf.message import Message

from grpc_server.items.errors import InvalidUpdateMask
from grpc_server.items.fields import Kind, copy_entry, copy_field, has_value, kind_of, kinds_of
from items.v1 import items_pb2 as pb
from items.v1.items_fields import ITEM_WRITABLE as WRITABLE

MAX_PATHS = 256
"""How many paths a mask may have: enough to replace every label by another."""

MAX_CHARACTERS = 4096
"""How long a path may be."""

_FIELDS = {field.name: field for field in pb.Item.DESCRIPTOR.fields}

Path = tuple[str, ...]

MERGE = ""
"""What ends the path written ``attributes.*``; no other path has an empty key."""

_KEY = re.compile(r"`((?:[^`]|``)+)`|([^.`]+)")
_QUOTED = re.compile(r"`((?:[^`]|``)+)`")
_KEYS = re.compile(rf"(?:{_KEY.pattern})(?:\.(?:{_KEY.pattern}))*")


def effective_mask(request: pb.UpdateItemRequest) -> tuple[Path, ...]:
    """The paths that *request* writes: those of its mask, or of the fields that are set.

    Raises:
        InvalidUpdateMask: a path does not exist, cannot be written, or overlaps another.
    """
    if not request.HasField("update_mask"):
        item = request.item
        return tuple((name,) for name in WRITABLE if has_value(item, name))
    if list(request.update_mask.paths) == ["*"]:
        return tuple((name,) for name in WRITABLE)
    _refuse_excess(request.update_mask.paths)
    paths = tuple(_parse(text) for text in request.update_mask.paths)
    _refuse_overlaps(paths)
    return paths


def apply_mask(paths: Iterable[Path], source: pb.Item, target: pb.Item) -> None:
    """Write the fields of *source* that *paths* name to *target*; absent ones are removed."""
    for path in paths:
        if len(path) == 1:
            copy_field(path[0], source, target)
        else:
            _write_within(path[0], path[1:], source, target)


def _parse(text: str) -> Path:
    first, dot, rest = text.partition(".")
    if first not in WRITABLE:
        raise _refusal(text, _why_not(first))
    return _steps(text, _FIELDS[first], rest if dot else None)


def _steps(text: str, field: Any, rest: str | None) -> Path:
    """The path from *field* on; *rest* is what follows the dot after it, if there is one."""
    if rest is None:
        return (field.name,)
    match kind_of(field):
        case Kind.MAP:
            return (field.name, _map_key(text, rest))
        case Kind.FREE:
            return (field.name, *((MERGE,) if rest == "*" else _object_keys(text, rest)))
        case Kind.PART:
            return (field.name, *_part_steps(text, field.message_type, rest))
        case _:
            raise _refusal(text, f"{field.name} has no fields of its own")


def _part_steps(text: str, part: Any, rest: str) -> Path:
    name, dot, rest = rest.partition(".")
    field = part.fields_by_name.get(name)
    if field is None:
        raise _refusal(text, f"{part.name} has no such field{_hint(name, list(kinds_of(part)))}")
    return _steps(text, field, rest if dot else None)


def _map_key(text: str, rest: str) -> str:
    """The key of an entry: maps are flat, so that dots belong to the key, in backticks or not."""
    if match := _QUOTED.fullmatch(rest):
        return match[1].replace("``", "`")
    if not rest or "`" in rest:
        raise _refusal(text, "a key is missing, or a backtick is not closed")
    return rest


def _object_keys(text: str, rest: str) -> Path:
    """The keys of a dotted path; one in backticks may hold anything, a doubled one a backtick."""
    if not _KEYS.fullmatch(rest):
        raise _refusal(text, "a key is missing, or a backtick is not closed")
    return tuple(
        quoted.replace("``", "`") if quoted else plain for quoted, plain in _KEY.findall(rest)
    )


def _why_not(name: str) -> str:
    if name in _FIELDS:
        return f"{name} is not written by clients"
    return f"an item has no such field{_hint(name, WRITABLE)}"


def _hint(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"; did you mean {near[0]}?" if near else f"; there are {', '.join(known)}"


def _refusal(path: str, why: str) -> InvalidUpdateMask:
    return InvalidUpdateMask.at("update_mask", f"`{path[:200]}`: {why}")


def _refuse_excess(paths: Sequence[str]) -> None:
    if len(paths) > MAX_PATHS:
        raise InvalidUpdateMask.at("update_mask", f"must have at most {MAX_PATHS} paths")
    for path in paths:
        if len(path) > MAX_CHARACTERS:
            raise _refusal(path, f"must be at most {MAX_CHARACTERS} characters")


def _refuse_overlaps(paths: Sequence[Path]) -> None:
    """Refuse a path that repeats another or lies within it: the result would depend on order."""
    ordered = sorted(path[:-1] if path[-1] == MERGE else path for path in paths)
    for shorter, longer in pairwise(ordered):
        if longer[: len(shorter)] == shorter:
            raise _refusal(".".join(longer), f"overlaps `{'.'.join(shorter)}`")


def _write_within(name: str, rest: Path, source: Message, target: Message) -> None:
    """Write what *rest* names within the field *name*."""
    match kinds_of(source.DESCRIPTOR)[name]:
        case Kind.MAP:
            copy_entry(name, rest[0], source, target)
        case Kind.FREE if rest[-1] == MERGE:
            _merge(getattr(source, name), getattr(target, name))
        case Kind.FREE:
            _write_value(rest, getattr(source, name), getattr(target, name))
        case _:
            _write_part(name, rest, source, target)


def _write_part(name: str, rest: Path, source: Message, target: Message) -> None:
    """Write *rest* within a part, which is made where there is something to write."""
    given, part = getattr(source, name), getattr(target, name)
    if has_value(given, rest[0]):
        part.SetInParent()
    if not target.HasField(name):
        return
    if len(rest) == 1:
        copy_field(rest[0], given, part)
    else:
        _write_within(rest[0], rest[1:], given, part)


def _write_value(keys: Sequence[str], source: struct_pb2.Struct, target: struct_pb2.Struct) -> None:
    """Set or remove the value at *keys*; objects on the way are made where one is set."""
    *parents, last = keys
    given = _object_at(parents, source)
    if given is not None and last in given.fields:
        for key in parents:
            target = target.fields[key].struct_value
        target.fields[last].CopyFrom(given.fields[last])
    elif (parent := _object_at(parents, target)) is not None and last in parent.fields:
        del parent.fields[last]


def _object_at(keys: Iterable[str], struct: struct_pb2.Struct) -> struct_pb2.Struct | None:
    for key in keys:
        if key not in struct.fields or not struct.fields[key].HasField("struct_value"):
            return None
        struct = struct.fields[key].struct_value
    return struct


def _merge(patch: struct_pb2.Struct, target: struct_pb2.Struct) -> None:
    """Merge *patch* into *target* as RFC 7396 does: null removes, objects merge."""
    for key, value in patch.fields.items():
        match value.WhichOneof("kind"):
            case "null_value" if key in target.fields:
                del target.fields[key]
            case "null_value":
                pass  # pop() would set the target, though it has nothing
            case "struct_value":
                target.fields[key].struct_value.SetInParent()
                _merge(value.struct_value, target.fields[key].struct_value)
            case _:
                target.fields[key].CopyFrom(value)
