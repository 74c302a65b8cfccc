"""What the facade uses of uvicorn beyond its documentation: a new version must still have it."""

import asyncio
import inspect
from collections import deque

import pytest
import uvicorn
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

OVERRIDDEN = {
    "connection_made": ["transport"],
    "connection_lost": ["exc"],
    "data_received": ["data"],
    "eof_received": [],
    "pause_writing": [],
    "resume_writing": [],
    "on_message_begin": [],
    "on_url": ["url"],
    "on_header": ["name", "value"],
    "on_headers_complete": [],
    "on_body": ["body"],
    "on_message_complete": [],
    "on_response_complete": [],
    "shutdown": [],
    "timeout_keep_alive_handler": [],
    "_unset_keepalive_if_required": [],
    "_start_asgi_task": ["cycle", "app"],
}
"""The methods of the protocol that are replaced or called, and their arguments."""


async def app(_: object, __: object, ___: object) -> None:
    """Answer nothing."""


@pytest.mark.parametrize("method", OVERRIDDEN)
def test_the_protocol_has_its_methods(method: str) -> None:
    found = inspect.signature(getattr(HttpToolsProtocol, method))
    assert list(found.parameters)[1:] == OVERRIDDEN[method]


async def test_the_protocol_has_its_state() -> None:
    config = uvicorn.Config(app, log_config=None)
    protocol = HttpToolsProtocol(config, ServerState(), {})
    protocol.on_message_begin()
    assert protocol.pipeline == deque()
    assert protocol.timeout_keep_alive_task is None
    assert protocol.timeout_keep_alive == 5
    assert protocol.scope["headers"] is protocol.headers
    assert protocol.scope["state"] == {}
    assert protocol.url == b""
    assert isinstance(protocol.server_state.default_headers, list)


async def test_a_call_has_its_state() -> None:
    arguments = dict.fromkeys(inspect.signature(RequestResponseCycle).parameters)
    call = RequestResponseCycle(**{**arguments, "message_event": asyncio.Event()})  # type: ignore[arg-type]  # only made
    assert (call.disconnected, call.response_started, call.response_complete) == (False,) * 3
    assert call.body == bytearray()
    assert hasattr(call, "keep_alive")
    assert not call.message_event.is_set()


def test_flow_control_pauses_and_resumes_reading() -> None:
    assert {"pause_reading", "resume_reading"} <= set(dir(FlowControl))
    assert HIGH_WATER_LIMIT >= 16 * 1024


def test_the_server_can_be_driven_by_hand() -> None:
    config = uvicorn.Config(app, http=lambda: None, log_config=None)  # type: ignore[arg-type]
    config.load()
    server = uvicorn.Server(config)
    assert callable(config.http_protocol_class)
    assert inspect.iscoroutinefunction(server.startup)
    assert inspect.iscoroutinefunction(server.main_loop)
    assert inspect.iscoroutinefunction(server.shutdown)
    assert isinstance(config.encoded_headers, list)
    assert callable(config.lifespan_class)
