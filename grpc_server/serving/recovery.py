"""A server that outlives what breaks it.

The loop of grpc.aio that takes calls ends with the first error in it, and the server
with the loop. No call that we know of causes one (`accept_loop.py`); if one does, another
server takes over the address. Calls under way end in the old one, as UNAVAILABLE if they
outlast its grace; clients connect again. What still comes to the old one when it stops is
CANCELLED by the core of gRPC (https://github.com/grpc/grpc/issues/41785), and is to be sent
again (ADR 13).
"""

import asyncio
from collections.abc import Callable

import structlog
from grpc import aio

from items_runtime.address import Address
from items_runtime.supervision import Supervisor, end

_CHECK_SECONDS = 0.1

_log = structlog.get_logger(__name__)


class LastingServer:
    """Serves at *address* within its block, with a new server whenever one breaks.

    If *also* is given, it listens there as well.

    *make* gives a server that has all but its port. Calls under way get *grace* seconds
    to end, in a server that broke, and in the last one when the block ends.
    """

    def __init__(
        self,
        make: Callable[[], aio.Server],
        supervisor: Supervisor,
        address: str,
        grace: float,
        also: str | None = None,
    ) -> None:
        self._make = make
        self._supervisor = supervisor
        self._address = address
        self._also = also
        self._grace = grace
        self._server = make()
        self._ending = set[asyncio.Task[None]]()

    async def __aenter__(self) -> str:
        """Start serving; gives the address, with the port that was taken.

        Raises:
            OSError: the address cannot be listened on.
        """
        self._address = self._listen(self._server)
        await self._server.start()
        self._guard = self._supervisor.start("guard", self._replace_whenever_broken)
        return self._address

    async def __aexit__(self, *_: object) -> None:
        await end(self._guard)
        await asyncio.gather(self._server.stop(self._grace), *self._ending)

    def _listen(self, server: aio.Server) -> str:
        if self._also is not None:
            _listen(server, self._also)
        return _listen(server, self._address)

    async def _replace_whenever_broken(self) -> None:
        while True:
            error = await _end_of(self._server)
            _log.error("a call has broken the server: it is replaced", error=repr(error))
            ending = asyncio.create_task(self._server.stop(self._grace))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)
            self._server = await self._started()

    async def _started(self) -> aio.Server:
        """A new server; the old one needs a moment to let go of the address."""
        while True:
            server = self._make()
            try:
                self._listen(server)
            except OSError:
                await asyncio.sleep(_CHECK_SECONDS)
            else:
                await server.start()
                return server


async def _end_of(server: aio.Server) -> Exception | None:
    """Wait until *server* serves no more; what has broken it, if that is known."""
    try:
        while await server.wait_for_termination(_CHECK_SECONDS):
            pass
    except Exception as error:  # whatever it is, if it was the server's
        if await _serves(server):
            raise
        return error
    return None


async def _serves(server: aio.Server) -> bool:
    try:
        return await server.wait_for_termination(0)
    except Exception:  # noqa: BLE001  # what has broken it, again
        return False


def _listen(server: aio.Server, address: str) -> str:
    try:
        port = server.add_insecure_port(address)
    except RuntimeError as error:
        raise OSError(f"cannot listen on {address}: is something else running there?") from error
    return address if address.startswith("unix:") else str(Address.parse(address).at_port(port))
