"""Maps and objects, in the order of their keys.

A message keeps its maps in an order that differs from process to process. Sorted,
equal messages give equal bytes, which a strong ETag promises (RFC 9110, 8.8.1).
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

V = TypeVar("V")


def map_to_json(
    entries: Mapping[str, V], write: Callable[[V], Any] | None = None
) -> dict[str, Any]:
    """*entries* in the order of their keys, with the values that *write* makes of theirs."""
    if write is None:
        return {key: entries[key] for key in sorted(entries)}
    return {key: write(entries[key]) for key in sorted(entries)}
