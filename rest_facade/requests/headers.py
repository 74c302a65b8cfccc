"""The headers of a request, read once."""

from collections.abc import Iterable, Mapping


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """Return *raw* by lower-case name. A repeated header is a list in one (RFC 9110, 5.3)."""
    values: dict[bytes, list[bytes]] = {}
    for name, value in raw:
        values.setdefault(name, []).append(value)
    return {
        name.decode("latin-1"): b", ".join(found).decode("latin-1")
        for name, found in values.items()
    }
