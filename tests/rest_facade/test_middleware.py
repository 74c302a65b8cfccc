"""Bugs: answered blandly, logged once, with the id that ties the two together."""

import json

import httpx
import pytest
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.testing import capture_logs

from rest_facade.middleware.call_context import AccessLog, CorrelationId, Faults, SecurityHeaders


async def broken(_: Scope, __: Receive, ___: Send) -> None:
    raise RuntimeError("the password is hunter2")


async def broken_midway(_: Scope, __: Receive, send: Send) -> None:
    await send({"type": "http.response.start", "status": 200, "headers": []})
    raise RuntimeError("the password is hunter2")


def client_of(app: ASGIApp) -> httpx.AsyncClient:
    wrapped = CorrelationId(AccessLog(SecurityHeaders(Faults(app))))

    async def with_state(scope: Scope, receive: Receive, send: Send) -> None:
        await wrapped({**scope, "state": {}}, receive, send)

    return httpx.AsyncClient(transport=httpx.ASGITransport(app=with_state), base_url="http://items")


async def test_a_bug_is_a_bland_500_with_the_request_id() -> None:
    async with client_of(broken) as client:
        response = await client.get("/v1/items", headers={"x-request-id": "mine"})
    assert response.status_code == 500
    assert response.headers["x-request-id"] == "mine"
    assert response.json()["requestId"] == "mine"
    assert response.json()["reason"] == "INTERNAL"
    assert "hunter2" not in response.text


async def test_a_bug_is_logged_once_and_the_call_as_500() -> None:
    with capture_logs() as log:
        async with client_of(broken) as client:
            await client.get("/v1/items", headers={"x-request-id": "mine"})
    [fault] = [event for event in log if event["log_level"] == "error"]
    [call] = [event for event in log if event["event"] == "call"]
    assert fault["correlation_id"] == call["correlation_id"] == "mine"
    assert "hunter2" in str(fault["exc_info"])
    assert call["status"] == 500


async def test_a_bug_after_the_answer_began_breaks_the_connection_off() -> None:
    async with client_of(broken_midway) as client:
        with pytest.raises(RuntimeError):
            await client.get("/v1/items")


async def test_a_long_path_does_not_fill_the_log() -> None:
    with capture_logs() as log:
        async with client_of(broken) as client:
            await client.get("/" + "x" * 10_000)
    assert len(json.dumps(log, default=str)) < 5_000
