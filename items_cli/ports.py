"""An address to listen on, made sure of before anything is started."""

import errno
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from items_cli.address import Address
from items_cli.failure import Failure

_WHY = {
    errno.EADDRINUSE: "another program uses it",
    errno.EACCES: "only an administrator may use a port below 1024",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


@contextmanager
def claimed(address: Address, flag: str) -> Iterator[Address]:
    """*address* with a real port, which nobody else is given within the block.

    Raises Failure, which names *flag* as the way to choose another.
    """
    try:
        holder = _bound(address)
    except OSError as error:
        why = _WHY.get(error.errno or 0, error.strerror or str(error))
        raise Failure(
            f"cannot listen on {address}: {why}. Choose another with {flag} HOST:PORT;"
            f" port 0 takes a free one."
        ) from error
    with holder:
        port = int(holder.getsockname()[1])
        if sys.platform != "linux":
            # Elsewhere a bound socket is in the way of the one that is to listen.
            holder.close()
        yield Address(address.host, port)


def _bound(address: Address) -> socket.socket:
    """A socket that is bound and does not listen: a server can still take the address."""
    found = socket.getaddrinfo(
        address.host, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, kind, protocol, _, target = found[0]
    holder = socket.socket(family, kind, protocol)
    try:
        # As servers do: what an earlier run left in TIME_WAIT is no obstacle.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(target)
    except OSError:
        holder.close()
        raise
    return holder
