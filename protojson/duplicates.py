"""Keys that stand twice in an object: readers would differ in what it says."""

import json
from typing import Any, Final


def duplicate_key(raw: bytes) -> str | None:
    """The first key that an object in *raw*, which is JSON, has twice; quoted as JSON."""
    try:
        _DUPLICATE_KEYS.decode(raw.decode())
    except _DuplicateKey as error:
        return str(error)
    return None


class _DuplicateKey(ValueError):
    """The key."""


def _unique(pairs: list[tuple[str, Any]]) -> None:
    if len(dict(pairs)) < len(pairs):
        names = [key for key, _ in pairs]
        raise _DuplicateKey(next(json.dumps(key) for key in names if names.count(key) > 1))


_DUPLICATE_KEYS: Final = json.JSONDecoder(object_pairs_hook=_unique)
