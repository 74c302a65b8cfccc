"""The listening socket, which closes without losing a connection."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from items_runtime.address import Address

BACKLOG = 2048


class Listener:
    """Listens at `HOST:PORT` or `unix:PATH`.

    *socket* is for whoever takes the connections; *address* has the port that was taken.
    """

    def __init__(self, address: str, *, reuse_port: bool) -> None:
        self.socket = _listen(address, reuse_port=reuse_port)
        self.address = _with_port(address, self.socket)
        # As long as this is open, connections come, and wait.
        self._last = self.socket.dup()

    def close(self) -> list[socket.socket]:
        """Listen no more; gives the connections that waited, in place of *socket*'s user.

        That user must have closed it. A connection that is closed with its listener
        would be reset, which its client takes for an answer that was lost.
        """
        waiting = []
        with self._last, suppress(OSError):  # nobody waits, or it was closed before
            while True:
                waiting.append(self._last.accept()[0])
        return waiting


@contextmanager
def listening(address: str, *, reuse_port: bool = False) -> Iterator[Listener]:
    """Listen at *address*, until it is closed; the file of a Unix socket ends with the block.

    With *reuse_port*, others may listen at the same port, too.

    Raises:
        OSError: it cannot, for example because something else does.
    """
    listener = Listener(address, reuse_port=reuse_port)
    try:
        yield listener
    finally:
        listener.close()
        listener.socket.close()
        _forget(address)


def _listen(address: str, *, reuse_port: bool) -> socket.socket:
    if address.startswith("unix:"):
        _forget(address)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address.removeprefix("unix:"))
    else:
        place = Address.parse(address)
        family = socket.AF_INET6 if ":" in place.host else socket.AF_INET
        listener = socket.create_server(
            (place.host, place.port), family=family, reuse_port=reuse_port
        )
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _with_port(address: str, listener: socket.socket) -> str:
    if address.startswith("unix:"):
        return address
    return str(Address.parse(address).at_port(listener.getsockname()[1]))


def _forget(address: str) -> None:
    """Remove the file of a Unix socket."""
    if address.startswith("unix:"):
        Path(address.removeprefix("unix:")).unlink(missing_ok=True)
