"""The headers of a request, read once."""

from collections.abc import Iterable, Mapping


def read_headers(raw: Iterable[tuple[bytes, bytes]]) -> Mapping[str, str]:
    """*raw* by lower-case name; by RFC 9110, 5.3, a repeated header is a list in one."""
    headers: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        name, value = name_bytes.decode("latin-1"), value_bytes.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return headers
