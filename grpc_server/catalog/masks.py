"""The update mask: which fields an update writes (AIP-134, AIP-161)."""

import difflib
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from google.protobuf import struct_pb2

from grpc_server.catalog.errors import InvalidUpdateMask
from items.v1 import items_pb2 as pb

WRITABLE = ("name", "description", "labels", "attributes")
"""The fields of an item that a client writes."""

MAX_PATHS = 256
"""How many paths a mask may have: enough to replace every label by another."""

MAX_CHARACTERS = 4096
"""How long a path may be."""

Path = tuple[str, ...]

MERGE: Path = ("attributes", "")
"""The path written ``attributes.*``; no other path has an empty key."""

_KEY = re.compile(r"`((?:[^`]|``)+)`|([^.`]+)")
_KEYS = re.compile(rf"(?:{_KEY.pattern})(?:\.(?:{_KEY.pattern}))*")


def effective_mask(request: pb.UpdateItemRequest) -> tuple[Path, ...]:
    """The paths that *request* writes: those of its mask, or of the fields that are set.

    Raises:
        InvalidUpdateMask: a path does not exist, cannot be written, or overlaps another.
    """
    if not request.HasField("update_mask"):
        return tuple((name,) for name in WRITABLE if _is_set(request.item, name))
    if list(request.update_mask.paths) == ["*"]:
        return tuple((name,) for name in WRITABLE)
    _refuse_excess(request.update_mask.paths)
    paths = tuple(_parse(text) for text in request.update_mask.paths)
    _refuse_overlaps(paths)
    return paths


def apply_mask(paths: Iterable[Path], source: pb.Item, target: pb.Item) -> None:
    """Write the fields of *source* that *paths* name to *target*; absent ones are removed."""
    for path in paths:
        match path:
            case ("labels", key):
                _write_label(key, source, target)
            case ("attributes", ""):
                _merge(source.attributes, target.attributes)
            case ("attributes", *keys) if keys:
                _write_attribute(keys, source.attributes, target.attributes)
            case (name,):
                _write_field(name, source, target)


def _is_set(item: pb.Item, name: str) -> bool:
    return bool(item.labels) if name == "labels" else item.HasField(name)  # type: ignore[arg-type]  # a name of WRITABLE


def _parse(text: str) -> Path:
    first, dot, rest = text.partition(".")
    if first not in WRITABLE:
        raise _refusal(text, _why_not(first))
    if not dot:
        return (first,)
    if first == "labels":
        return (first, _label_key(text, rest))
    if first == "attributes":
        return MERGE if rest == "*" else (first, *_attribute_keys(text, rest))
    raise _refusal(text, f"{first} has no fields of its own")


def _label_key(text: str, rest: str) -> str:
    """The key after ``labels.``: labels are flat, so that dots belong to the key."""
    key = rest[1:-1] if len(rest) > 1 and rest[0] == rest[-1] == "`" else rest
    if not key or "`" in key:
        raise _refusal(text, "a key is missing, or a backtick is not closed")
    return key


def _attribute_keys(text: str, rest: str) -> Path:
    """The keys of a dotted path; one in backticks may hold anything, a doubled one a backtick."""
    if not _KEYS.fullmatch(rest):
        raise _refusal(text, "a key is missing, or a backtick is not closed")
    return tuple(
        quoted.replace("``", "`") if quoted else plain for quoted, plain in _KEY.findall(rest)
    )


def _why_not(name: str) -> str:
    if name in pb.Item.DESCRIPTOR.fields_by_name:
        return f"{name} is not written by clients"
    near = difflib.get_close_matches(name, WRITABLE, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; there are {', '.join(WRITABLE)}"
    return f"an item has no such field{hint}"


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
    ordered = sorted(path[:1] if path == MERGE else path for path in paths)
    for shorter, longer in pairwise(ordered):
        if longer[: len(shorter)] == shorter:
            raise _refusal(".".join(longer), f"overlaps `{'.'.join(shorter)}`")


def _write_field(name: str, source: pb.Item, target: pb.Item) -> None:
    target.ClearField(name)  # type: ignore[arg-type]  # a name of WRITABLE
    match name:
        case "labels":
            target.labels.update(source.labels)
        case "attributes" if source.HasField("attributes"):
            target.attributes.CopyFrom(source.attributes)
        case "name" | "description" if source.HasField(name):
            setattr(target, name, getattr(source, name))


def _write_label(key: str, source: pb.Item, target: pb.Item) -> None:
    if key in source.labels:
        target.labels[key] = source.labels[key]
    else:
        target.labels.pop(key, None)


def _write_attribute(
    keys: Sequence[str], source: struct_pb2.Struct, target: struct_pb2.Struct
) -> None:
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
