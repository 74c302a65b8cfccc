"""The HTTP server that runs the facade: uvicorn, set up on purpose."""

import asyncio
import math
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI

from hosting.metrics import metrics_served
from rest_facade.ending import Ending
from rest_facade.main import create_app
from rest_facade.metrics.metrics import Metrics
from rest_facade.protocol import bounded_protocol
from rest_facade.settings import Settings

BACKLOG = 2048


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Serve, and show metrics, within the block; yields the address, with the port taken.

    On leaving, it is not ready any more, but answers what comes for a while, so that
    balancers find out and connections end between two calls. Then no new connection is
    taken, streams end at once, and running calls get time to end.

    Raises:
        OSError: the address cannot be listened on.
    """
    metrics = Metrics()
    async with (
        metrics_served(metrics.registry, settings.rest_metrics),
        _serving(settings, metrics) as address,
    ):
        yield address


@asynccontextmanager
async def _serving(settings: Settings, metrics: Metrics) -> AsyncIterator[str]:
    ending = Ending()
    server = uvicorn.Server(_config(settings, create_app(settings, ending, metrics)))
    server.config.load()
    listener = listen(settings.http, reuse_port=settings.rest_reuse_port)
    server.lifespan = server.config.lifespan_class(server.config)
    await server.startup(sockets=[listener])
    ticking = asyncio.create_task(server.main_loop())
    try:
        yield _address(settings.http, listener)
    finally:
        ending.draining.set()
        _close_connections_after_answers(server)
        await asyncio.sleep(settings.rest_lame_duck.total_seconds())
        ticking.cancel()
        ending.stopping.set()
        await server.shutdown(sockets=[listener])
        _forget(settings.http)


def listen(address: str, *, reuse_port: bool = False) -> socket.socket:
    """A socket that listens on `HOST:PORT` or `unix:PATH`.

    With *reuse_port*, others may listen on the same port, too.

    Raises:
        OSError: it cannot, for example because something else does.
    """
    if address.startswith("unix:"):
        _forget(address)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(address.removeprefix("unix:"))
    else:
        host, _, port = address.rpartition(":")
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listener = socket.create_server(
            (host.strip("[]"), int(port)), family=family, reuse_port=reuse_port
        )
    listener.listen(BACKLOG)
    listener.setblocking(False)
    return listener


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=bounded_protocol(settings.rest_head_timeout),
        ws="none",
        lifespan="on",
        log_config=None,  # logs.py does it
        access_log=False,  # the middleware does it
        server_header=False,
        root_path=settings.rest_root_path,
        proxy_headers=False,  # nobody may say who they are by a header
        backlog=BACKLOG,
        timeout_graceful_shutdown=math.ceil(settings.rest_drain.total_seconds()),
    )


def _close_connections_after_answers(server: uvicorn.Server) -> None:
    header = (b"connection", b"close")
    server.config.encoded_headers.append(header)  # of which it makes the others, each second
    server.server_state.default_headers.append(header)


def _address(address: str, listener: socket.socket) -> str:
    if address.startswith("unix:"):
        return address
    return f"{address.rpartition(':')[0]}:{listener.getsockname()[1]}"


def _forget(address: str) -> None:
    """Remove the file of a socket that nobody listens on any more."""
    if address.startswith("unix:"):
        Path(address.removeprefix("unix:")).unlink(missing_ok=True)
