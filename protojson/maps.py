"""Maps and objects, in the order of their keys.

A message keeps its maps in an order that differs from process to process. Sorted,
equal messages give equal bytes, which a strong ETag promises (RFC 9110, 8.8.1).
"""

from collections.abc import Mapping


def map_to_json(entries: Mapping[str, str]) -> dict[str, str]:
    """*entries* in the order of their keys."""
    return {key: entries[key] for key in sorted(entries)}
