"""Errors of the operating system, in words."""

import errno
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_WHY: Final[Mapping[int, str]] = MappingProxyType(
    {
        errno.EADDRINUSE: "another program uses it",
        errno.EACCES: "only an administrator may use a port below 1024",
        errno.EADDRNOTAVAIL: "this machine does not have that address",
    }
)

_OF_CREATE_SERVER: Final = re.compile(
    r"while attempting to bind on address \('([^']+)', (\d+)[^)]*\)"
)
"""How `socket.create_server` names the address: as Python's tuple."""


def cannot_listen(address: str, error: OSError) -> str:
    """Say that nothing can listen on *address*, and why."""
    why = _WHY.get(error.errno or 0) or error.strerror or str(error)
    return f"cannot listen on {address}: {why}"


def in_words(error: Exception) -> str:
    """Say what *error* is about and what is wrong, without numbers and Python's quoting."""
    if not isinstance(error, OSError) or error.strerror is None:
        return str(error)
    found = _OF_CREATE_SERVER.search(error.strerror)
    if found is not None:
        host = f"[{found[1]}]" if ":" in found[1] else found[1]
        return cannot_listen(f"{host}:{found[2]}", error)
    return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
