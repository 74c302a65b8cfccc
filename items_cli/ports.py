"""Whether an address can be listened on, found out before anything is started."""

import errno
import socket

from items_cli.address import Address
from items_cli.failure import Failure

_WHY = {
    errno.EADDRINUSE: "another program uses it",
    errno.EACCES: "only an administrator may use a port below 1024",
    errno.EADDRNOTAVAIL: "this machine does not have that address",
}


def claim(address: Address, flag: str) -> Address:
    """*address* with a real port, free at this moment.

    Raises Failure, which names *flag* as the way to choose another.
    """
    try:
        return Address(address.host, _bound_port(address))
    except OSError as error:
        why = _WHY.get(error.errno or 0, error.strerror or str(error))
        raise Failure(
            f"cannot listen on {address}: {why}. Choose another with {flag} HOST:PORT;"
            f" port 0 takes a free one."
        ) from error


def _bound_port(address: Address) -> int:
    found = socket.getaddrinfo(
        address.host or None, address.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
    )
    family, kind, protocol, _, target = found[0]
    with socket.socket(family, kind, protocol) as probe:
        # As servers do: what an earlier run left in TIME_WAIT is no obstacle.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(target)
        return int(probe.getsockname()[1])
