"""Settings that are wrong, and what is said of them."""

from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings

import grpc_server.settings
import items_events.ingest.settings
import items_events.settings
import rest_facade.settings
from items_runtime.configuration.wrong_settings import example, explain, flag, variable

KINDS: tuple[type[BaseSettings], ...] = (
    grpc_server.settings.Settings,
    rest_facade.settings.Settings,
    items_events.settings.Settings,
    items_events.ingest.settings.Settings,
)
ALL = [(kind, name) for kind in KINDS for name in kind.model_fields]
ids = [f"{kind.__module__}-{name}" for kind, name in ALL]

WRONG = ("", "x y:99999999", "-1", "not-a-value", "[[", "a,b")
"""Values of which at least one is wrong for nearly every setting."""

ANYTHING_GOES = {"store", "read_store", "cors_origins", "upstream"}
"""Settings of which the text is looked at only when it is used."""

SECRET = "hunter2"  # noqa: S105  # to be found, or rather not


def refusal(kind: type[BaseSettings], monkeypatch: pytest.MonkeyPatch, **given: str) -> str | None:
    """What is said of settings that are given as variables; None if they are right."""
    for name, value in given.items():
        monkeypatch.setenv(variable(name), value)
    try:
        kind()
    except ValidationError as error:
        return explain(error, kind)
    return None


@pytest.fixture(autouse=True)
def _what_must_be_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITEMS_EVENTS", "nats://localhost")
    monkeypatch.setenv("ITEMS_INGEST", "redis://localhost")


@pytest.mark.parametrize(("kind", "name"), ALL, ids=ids)
def test_every_setting_that_is_wrong_is_told_by_name_with_an_example(
    kind: type[BaseSettings], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [text for value in WRONG if (text := refusal(kind, monkeypatch, **{name: value}))]
    assert told or name in ANYTHING_GOES
    for text in told:
        (line,) = text.splitlines()
        assert line.startswith(f"{variable(name)} ({flag(name)})")
        assert line.endswith(f"; for example {example(kind.model_fields[name])}")
        assert "datetime" not in line
        assert "pydantic" not in line


@pytest.mark.parametrize(("kind", "name"), ALL, ids=ids)
def test_the_example_of_every_setting_is_right(
    kind: type[BaseSettings], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = example(kind.model_fields[name])
    assert shown not in {"", "None"}
    assert refusal(kind, monkeypatch, **{name: shown}) is None


@pytest.mark.parametrize(("kind", "name"), ALL, ids=ids)
def test_no_password_in_a_wrong_setting_is_shown(
    kind: type[BaseSettings], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for value in (f"amqp://me:{SECRET}@h:99999/%", f"me:{SECRET}@h", f"http://h?password={SECRET}"):
        assert SECRET not in (refusal(kind, monkeypatch, **{name: value}) or "")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("grpc_drain", "-3", "it must be a duration, in seconds or ISO 8601 (PT30S, P30D)"),
        ("grpc_drain", "-PT3S", "a duration cannot be negative"),
        ("grpc_drain", "0", "it must be longer than 0 s"),
        ("grpc_engine", "rust", "it must be 'grpcio' or 'native'"),
        ("grpc", "here", "it must be HOST:PORT or unix:PATH"),
        ("grpc_metrics", "1.2.3.4:66000", "there is no port beyond 65535"),
        ("grpc_max_message_bytes", "5", "it must be at least 1024"),
        ("grpc_max_message_bytes", "many", "it must be a whole number"),
        ("store_notify", "maybe", "it must be true or false"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    name: str, value: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = refusal(grpc_server.settings.Settings, monkeypatch, **{name: value})
    assert text is not None
    assert f" is {value!r}: {said}; for example" in text


def test_several_wrong_settings_are_a_line_each(monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(rest_facade.settings.Settings, monkeypatch, http="x", rest_drain="soon")
    assert text is not None
    heading, *lines = text.splitlines()
    assert heading == "2 settings are wrong:"
    assert [line.split()[0] for line in lines] == ["ITEMS_HTTP", "ITEMS_REST_DRAIN"]


def test_a_lease_out_of_bounds_is_told_with_the_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    text = refusal(items_events.settings.Settings, monkeypatch, events_lease="PT1H")
    assert text is not None
    assert "it must be from 1 s to 300 s" in text


@pytest.mark.parametrize(
    ("default", "shown"),
    [(timedelta(days=30), "P30D"), (timedelta(seconds=2.5), "2.5"), (True, "true"), (7, "7")],
)
def test_an_example_is_spelt_as_a_variable_is(default: Any, shown: str) -> None:
    assert example(FieldInfo(default=default)) == shown
