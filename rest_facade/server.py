"""The HTTP server of the facade: uvicorn, started and stopped by hand."""

import asyncio
import math
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import uvicorn
from fastapi import FastAPI

from items_runtime.metrics import metrics_served
from items_runtime.supervision import Supervisor
from rest_facade.http.connection_limits import bounds_of
from rest_facade.http.protocol import BoundedProtocol
from rest_facade.http.read_size import Intake, intake_buffer
from rest_facade.main import Ending, create_app
from rest_facade.metrics.metrics import Metrics
from rest_facade.settings import Settings
from rest_facade.sockets.listener import BACKLOG, Listener, listening
from rest_facade.sockets.open_files import allow_open_files


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[str]:
    """Serve, and show metrics, within the block; yields the address, with the port taken.

    On leaving, it is not ready any more, but answers what comes for a while, so that
    balancers find out and connections end between two calls. Then no new connection is
    taken, streams end at once, and running calls get time to end. New connections of a
    port that others listen at, too, are theirs from the beginning. Who has connected is
    answered.

    Raises:
        OSError: the address cannot be listened on.
    """
    metrics = Metrics()
    allow_open_files(settings.rest_max_connections)
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
    server.lifespan = server.config.lifespan_class(server.config)
    with listening(settings.http, reuse_port=settings.rest_reuse_port) as listener:
        await server.startup(sockets=[listener.socket])
        ticking = Supervisor(metrics.restarted).start("uvicorn", server.main_loop)
        try:
            yield listener.address
        finally:
            ending.draining.set()
            _close_connections_after_answers(server)
            if settings.rest_reuse_port:
                await _take_no_more(server, listener)
            await asyncio.sleep(settings.rest_lame_duck.total_seconds())
            await _take_no_more(server, listener)
            ticking.cancel()
            ending.stopping.set()
            await server.shutdown()


def _config(settings: Settings, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=_protocol(settings),  # type: ignore[arg-type]  # a function is called as a class is
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


def _protocol(settings: Settings) -> Callable[..., asyncio.BaseProtocol]:
    """Return the factory of a connection's protocol, for uvicorn."""
    bounds, buffer = bounds_of(settings), intake_buffer()
    return lambda *args, **kwargs: Intake(BoundedProtocol(bounds, *args, **kwargs), buffer)


def _close_connections_after_answers(server: uvicorn.Server) -> None:
    header = (b"connection", b"close")
    server.config.encoded_headers.append(header)  # of which it makes the others, each second
    server.server_state.default_headers.append(header)


async def _take_no_more(server: uvicorn.Server, listener: Listener) -> None:
    """Take the last connections; the next ones are refused, or go to another listener."""
    for each in server.servers:
        each.close()
    config, state = server.config, server.server_state
    # As uvicorn makes it for the connections that it takes itself.
    protocol: Callable[..., asyncio.Protocol] = config.http_protocol_class
    make = partial(protocol, config, state, server.lifespan.state)
    for connection in listener.close():
        await asyncio.get_running_loop().connect_accepted_socket(make, connection)
