"""The settings of the relay: ITEMS_* variables and flags, read once."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from items_events.brokers.broker_url import publisher_url
from items_runtime.configuration.settings import CONFIG, Duration, TcpAddress, Upstream, between
from items_runtime.logs import Format, Level


def _urls(value: object) -> object:
    """Split URLs at spaces, and at the commas by which repeated flags are joined."""
    if isinstance(value, str):
        return tuple(re.split(r"\s+|,(?=[a-z]+://)", value.strip())) if value.strip() else ()
    return value


def _start(value: object) -> object:
    """Read the start of a new sink: a keyword, or a revision."""
    text = str(value)
    if text in {"oldest", "now"}:
        return text
    if not text.isascii() or not text.isdecimal():
        raise ValueError("it must be oldest, now or a revision number")
    return int(text)


class Settings(BaseSettings):
    """The settings of the relay. A flag overrides a variable, a variable the default."""

    model_config = {**CONFIG, "hide_input_in_errors": True}  # it may hold a password

    events: Annotated[tuple[str, ...], NoDecode, BeforeValidator(_urls)] = Field(
        (),
        validate_default=True,
        examples=["amqp://localhost/", "redis://localhost/0", "nats://localhost"],
        description="The brokers that changes are published to: URLs, separated by spaces.",
    )
    upstream: Upstream = Field(
        "127.0.0.1:50051",
        description="The gRPC server that is called, or several: a gRPC target (`dns:///items:50051`),"
        " or a list of `IP:PORT`.",
    )
    events_format: Literal["json", "protobuf"] = Field(
        "json", description="The item in an event: ProtoJSON, or a protobuf message."
    )
    events_from: Annotated[Literal["oldest", "now"] | int, BeforeValidator(_start)] = Field(
        "oldest",
        description="Where a new sink starts: `oldest` kept revision, `now`, or after a revision.",
    )
    events_lease: Annotated[Duration, between(timedelta(seconds=1), timedelta(minutes=5))] = Field(
        timedelta(seconds=15),
        description="How long the lease of a sink lasts if its relay has vanished.",
    )
    relay_metrics: TcpAddress | None = Field(
        None,
        examples=["127.0.0.1:9484"],
        description="The address that serves the metrics of the relay; off by default.",
    )
    log_level: Level = Field("info", description="The least severe line that is logged.")
    log_format: Format = Field("json", description="How a line looks.")

    @field_validator("events")
    @classmethod
    def _check_urls(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("it names no broker")
        names = [publisher_url(url).name for url in value]
        if len(set(names)) < len(names):
            raise ValueError("it names the same broker twice")
        return value
