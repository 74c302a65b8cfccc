"""The settings of the REST facade: ITEMS_* variables and flags, read once."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import AfterValidator, Field, field_validator
from pydantic_settings import BaseSettings, NoDecode

from items_runtime.configuration.settings import (
    CONFIG,
    Duration,
    ListenAddress,
    Positive,
    TcpAddress,
    Upstream,
)
from items_runtime.logs import Format, Level

_HOST = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_])?\.?")
_PREFIX = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")


def _check_prefix(value: str) -> str:
    if _PREFIX.fullmatch(value) is None:
        raise ValueError("it must begin with / and end without; letters, digits and . _ ~ - follow")
    return value


class Settings(BaseSettings):
    """The REST facade. A flag wins over a variable, a variable over the default.

    Durations are seconds or ISO 8601 (`PT30S`).
    """

    model_config = CONFIG

    http: ListenAddress = Field(
        "127.0.0.1:8000", description="Where REST is served; port 0 takes a free one."
    )
    rest_reuse_port: bool = Field(
        default=False, description="Whether other facades may listen at the same port, too."
    )
    upstream: Upstream = Field(
        "127.0.0.1:50051",
        description="The gRPC server that is called, or several: a gRPC target (`dns:///items:50051`),"
        " or a list of `IP:PORT`.",
    )
    rest_default_deadline: Positive = Field(
        timedelta(seconds=10), description="How long a REST call may take that does not say."
    )
    rest_max_deadline: Positive = Field(
        timedelta(seconds=60), description="The longest deadline that a REST call may ask for."
    )
    rest_head_timeout: Positive = Field(
        timedelta(seconds=10), description="How long a client may take to send its headers."
    )
    rest_stall_timeout: Positive = Field(
        timedelta(seconds=30),
        description="How long a client may read nothing of its answer before it is cut off.",
    )
    rest_max_connections: int = Field(
        1000,
        ge=1,
        description="How many connections a facade has; a new one replaces an idle one, or is"
        " answered 503.",
    )
    rest_max_held_bytes: int = Field(
        32 * 1024 * 1024,
        ge=1024 * 1024,
        description="How many bytes of unanswered requests, and of unread answers, a facade"
        " holds; beyond that, the costliest connection is given up.",
    )
    rest_max_body_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, description="The largest request body that is read."
    )
    rest_batch_calls: int = Field(
        2,
        ge=1,
        le=64,
        description="How many batches of concurrent REST calls are under way at a time.",
    )
    rest_max_waiting: int = Field(
        10_000, ge=1, description="How many REST calls wait for a batch; more are answered 429."
    )
    rest_gzip_bytes: int = Field(
        1024, ge=0, description="The smallest answer that is compressed for clients that take it."
    )
    rest_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        examples=["items.example.com"],
        description="Host names that the facade answers to, separated by commas, beside IP"
        " addresses, `localhost` and where it listens; `*` is all of them.",
    )
    rest_root_path: Annotated[str, AfterValidator(_check_prefix)] = Field(
        "",
        examples=["/catalogue"],
        description="The path prefix that a proxy in front of the facade strips, as `/catalogue`.",
    )
    rest_heartbeat: Positive = Field(
        timedelta(seconds=15),
        description="How long a stream of events is silent before a comment keeps it alive.",
    )
    rest_lame_duck: Duration = Field(
        timedelta(milliseconds=250),
        description="How long after SIGTERM new calls are still answered, as the last of their"
        " connections.",
    )
    rest_drain: Positive = Field(
        timedelta(seconds=3), description="How long running REST calls may go on after SIGTERM."
    )
    rest_metrics: TcpAddress | None = Field(
        None,
        examples=["127.0.0.1:9474"],
        description="Where the facade shows its metrics; without it, nowhere.",
    )
    cors_origins: Annotated[tuple[str, ...], NoDecode] = Field(
        (),
        examples=["https://shop.example"],
        description="Origins whose scripts may call REST, separated by commas; `*` is all of them.",
    )
    log_level: Level = Field(
        "info",
        description="The least severe line that is logged; `info` has one line for each call.",
    )
    log_format: Format = Field("json", description="How a line looks.")

    @field_validator("rest_hosts")
    @classmethod
    def _check_hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for name in value:
            if name != "*" and not _HOST.fullmatch(name):
                raise ValueError("must be host names, without scheme and port")
        return value

    @field_validator("cors_origins", "rest_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(name.strip() for name in value.split(",") if name.strip())
        return value
