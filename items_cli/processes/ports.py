"""The claim on an address before any process is started."""

import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from items_cli.errors import Failure
from items_runtime.address import Address
from items_runtime.os_errors import cannot_listen


@contextmanager
def claimed(address: Address, setting: str) -> Iterator[Address]:
    """Hold *address* within the block, and yield it with its real port.

    Raises:
        Failure: the address cannot be bound; *setting*, a flag or a variable, chooses another.
    """
    try:
        holder = _bound(address)
    except OSError as error:
        how = f"{setting} HOST:PORT" if setting.startswith("-") else f"{setting}=HOST:PORT"
        raise Failure(
            f"{cannot_listen(str(address), error)}."
            f" Choose another with {how}; port 0 takes a free one."
        ) from error
    with holder:
        port = int(holder.getsockname()[1])
        if sys.platform != "linux":
            # Elsewhere a bound socket keeps the server from binding the address.
            holder.close()
        yield address.at_port(port)


def _bound(address: Address) -> socket.socket:
    """Return a socket that is bound and does not listen: a server can still take the address."""
    found = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, kind, protocol, _, target = found[0]
    holder = socket.socket(family, kind, protocol)
    try:
        # As servers do: connections of an earlier run in TIME_WAIT are no obstacle.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(target)
    except OSError:
        holder.close()
        raise
    return holder
