"""The undocumented parts of uvicorn that the facade uses: a new version must keep them."""

import asyncio
import inspect
import tomllib
from collections import deque
from pathlib import Path

import pytest
import uvicorn
from packaging.requirements import Requirement
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle
from uvicorn.server import ServerState

ROOT = Path(__file__).parents[2]

MISSING = "missing"

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


CHANGED = (
    f"uvicorn {uvicorn.__version__} is not what rest_facade/server.py and"
    " rest_facade/http/protocol.py were written for: {}. Adapt them, this test and the"
    " upper bound of uvicorn in pyproject.toml together."
)


def check_that(holds: bool, change: str) -> None:
    """Fail with a sentence that says what *change* uvicorn has made."""
    assert holds, CHANGED.format(change)


@pytest.mark.parametrize("method", OVERRIDDEN)
def test_the_protocol_has_its_methods(method: str) -> None:
    check_that(hasattr(HttpToolsProtocol, method), f"HttpToolsProtocol.{method} is gone")
    found = list(inspect.signature(getattr(HttpToolsProtocol, method)).parameters)[1:]
    wanted = OVERRIDDEN[method]
    check_that(found == wanted, f"HttpToolsProtocol.{method} takes {found}, not {wanted}")


async def test_the_protocol_has_its_state() -> None:
    config = uvicorn.Config(app, log_config=None)
    protocol = HttpToolsProtocol(config, ServerState(), {})
    protocol.on_message_begin()
    state: dict[str, object] = {
        "pipeline": deque(),
        "timeout_keep_alive_task": None,
        "timeout_keep_alive": 5,
        "url": b"",
    }
    for name, value in state.items():
        found = getattr(protocol, name, MISSING)
        check_that(found == value, f"HttpToolsProtocol.{name} is {found!r}, not {value!r}")
    check_that(protocol.scope["headers"] is protocol.headers, "scope['headers'] is a copy")
    check_that(protocol.scope["state"] == {}, "scope['state'] does not begin empty")
    check_that(
        isinstance(protocol.server_state.default_headers, list),
        "ServerState.default_headers is no list",
    )


async def test_a_call_has_its_state() -> None:
    arguments = dict.fromkeys(inspect.signature(RequestResponseCycle).parameters)
    call = RequestResponseCycle(**{**arguments, "message_event": asyncio.Event()})  # type: ignore[arg-type]  # only made
    for name, value in {
        "disconnected": False,
        "response_started": False,
        "response_complete": False,
        "body": bytearray(),
    }.items():
        found = getattr(call, name, MISSING)
        check_that(found == value, f"RequestResponseCycle.{name} is {found!r}, not {value!r}")
    check_that(hasattr(call, "keep_alive"), "RequestResponseCycle.keep_alive is gone")
    check_that(not call.message_event.is_set(), "RequestResponseCycle.message_event is set")


def test_flow_control_pauses_and_resumes_reading() -> None:
    for name in ("pause_reading", "resume_reading"):
        check_that(hasattr(FlowControl, name), f"FlowControl.{name} is gone")
    check_that(HIGH_WATER_LIMIT >= 16 * 1024, f"HIGH_WATER_LIMIT is {HIGH_WATER_LIMIT}")


def test_the_server_can_be_driven_by_hand() -> None:
    config = uvicorn.Config(app, http=lambda: None, log_config=None)  # type: ignore[arg-type]
    config.load()
    server = uvicorn.Server(config)
    check_that(callable(config.http_protocol_class), "Config.http_protocol_class is not called")
    for name in ("startup", "main_loop", "shutdown"):
        is_coroutine = inspect.iscoroutinefunction(getattr(server, name, None))
        check_that(is_coroutine, f"Server.{name} is no coroutine function")
    check_that(isinstance(config.encoded_headers, list), "Config.encoded_headers is no list")
    check_that(callable(config.lifespan_class), "Config.lifespan_class is not called")


def test_the_installed_uvicorn_is_within_its_bound() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    requirements = map(Requirement, project["dependencies"])
    [bound] = [found.specifier for found in requirements if found.name == "uvicorn"]
    assert any(each.operator == "<" for each in bound), "pyproject.toml must cap uvicorn"
    assert uvicorn.__version__ in bound
