"""What an update mask says, and what an item is after an update through it."""

from collections.abc import Sequence
from itertools import permutations
from typing import Any

Json = dict[str, Any]
Keys = tuple[str, ...]

MERGE = ("attributes", "*")

PATHS: dict[str, Keys] = {
    "name": ("name",),
    "description": ("description",),
    "labels": ("labels",),
    "labels.k": ("labels", "k"),
    "labels.`a/b`": ("labels", "a/b"),
    "attributes": ("attributes",),
    "attributes.x": ("attributes", "x"),
    "attributes.x.y": ("attributes", "x", "y"),
    "attributes.`a b`": ("attributes", "a b"),
    "attributes.*": MERGE,
}
"""The paths that the histories use, and the keys that they stand for."""

BAD_PATHS = ("nme", "revision", "labels.", "name.x", "attributes.`x", "*")
"""Paths that are refused; the last one, if it is not alone."""


def read_mask(
    paths: Sequence[str] | None, given: Json, writable: Sequence[str]
) -> Sequence[Keys] | None:
    """The keys that an update writes, or None if the mask is refused."""
    if paths is None:
        return [(name,) for name in writable if name in given]
    if list(paths) == ["*"]:
        return [(name,) for name in writable]
    if any(path not in PATHS for path in paths):
        return None
    keys = [PATHS[path] for path in paths]
    whole = [each[:1] if each == MERGE else each for each in keys]
    if any(longer[: len(shorter)] == shorter for shorter, longer in permutations(whole, 2)):
        return None
    return keys


def masked(paths: Sequence[Keys], given: Json, item: Json) -> Json:
    """*item* with what *given* has at *paths*: removed where it has nothing."""
    for keys in paths:
        if keys == MERGE:
            item = _merged(item, given.get("attributes", {}))
        else:
            item = _put(item, given, keys)
    return {name: value for name, value in item.items() if (name, value) != ("labels", {})}


def _put(item: Json, given: Json, keys: Keys) -> Json:
    first, rest = keys[0], keys[1:]
    if not rest:
        others = {key: value for key, value in item.items() if key != first}
        return others | {first: given[first]} if first in given else others
    inner, inner_given = _object(item.get(first)), _object(given.get(first))
    if not _has(inner, rest) and not _has(inner_given, rest):
        return item
    return item | {first: _put(inner, inner_given, rest)}


def _has(value: Any, keys: Keys) -> bool:
    if not keys:
        return True
    return isinstance(value, dict) and keys[0] in value and _has(value[keys[0]], keys[1:])


def _object(value: Any) -> Json:
    return value if isinstance(value, dict) else {}


def _merged(item: Json, patch: Json) -> Json:
    merged = merge_patch(item.get("attributes"), patch)
    return item | {"attributes": merged} if merged or "attributes" in item else item


def merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396, section 2."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(_object(target))
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge_patch(merged.get(key), value)
    return merged
