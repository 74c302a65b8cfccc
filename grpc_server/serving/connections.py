"""Connections as the operating system sees them: gRPC cannot end a single one itself."""

import ipaddress
import os
import socket
import stat
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote

from items_runtime.address import Address

_DESCRIPTORS = Path("/dev/fd")


def cut(peer: str) -> bool:
    """End the connection of *peer*, which is as gRPC names it; returns whether it was found.

    All calls on it are cancelled. A peer on a Unix socket has no name to find it by.
    """
    address = _address(peer)
    return address is not None and any(
        _end(int(descriptor.name), address) for descriptor in _DESCRIPTORS.iterdir()
    )


def _address(peer: str) -> tuple[str, int] | None:
    """Host and port of ``ipv4:127.0.0.1:50051`` or ``ipv6:%5B::1%5D:50051``."""
    kind, _, rest = unquote(peer).partition(":")
    if kind not in {"ipv4", "ipv6"}:
        return None
    found = Address.parse(rest)
    return _canonical(found.host), found.port


def _end(descriptor: int, address: tuple[str, int]) -> bool:
    """End the connection that *descriptor* is, if it is one to *address*."""
    with suppress(OSError):
        # Of a file, no copy may be closed: the process would lose its locks, as SQLite's.
        if not stat.S_ISSOCK(os.fstat(descriptor).st_mode):
            return False
        return _end_socket(os.dup(descriptor), address)
    return False


def _end_socket(copy: int, address: tuple[str, int]) -> bool:
    with socket.socket(fileno=copy) as connection:
        if connection.family not in {socket.AF_INET, socket.AF_INET6}:
            return False
        host, port, *_ = connection.getpeername()
        if (_canonical(host), port) == address:
            connection.shutdown(socket.SHUT_RDWR)
            return True
    return False


def _canonical(host: str) -> str:
    """*host*, an IPv4 address as itself also where an IPv6 socket has it."""
    found = ipaddress.ip_address(host.partition("%")[0])
    mapped = getattr(found, "ipv4_mapped", None)
    return str(mapped or found)
