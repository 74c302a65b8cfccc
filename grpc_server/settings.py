"""The settings of the gRPC server: ITEMS_* variables and flags, read once."""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings

from items_runtime.configuration.settings import (
    CONFIG,
    Duration,
    ListenAddress,
    Positive,
    TcpAddress,
)
from items_runtime.logs import Format, Level


class Settings(BaseSettings):
    """The gRPC server. A flag wins over a variable, a variable over the default.

    Durations are seconds or ISO 8601 (`P30D`).
    """

    model_config = CONFIG

    store: str = Field("sqlite:///data/items.db", description="Where the items are kept, as a URL.")
    store_timeout: Positive = Field(
        timedelta(seconds=10),
        description="How long PostgreSQL has to answer a statement, before that is given up.",
    )
    store_poll_interval: Positive = Field(
        timedelta(seconds=1),
        description="How often a shared store is asked what other replicas have written.",
    )
    store_notify: bool = Field(
        default=True,
        description="Whether replicas tell one another of commits by LISTEN and NOTIFY.",
    )
    read_store: str | None = Field(
        None,
        examples=["postgresql://standby/items"],
        description="A standby of the store, which reads may go to; without it, none do.",
    )
    read_store_wait: Positive = Field(
        timedelta(seconds=0.1),
        description="How long a read waits for the standby, before it goes to the store.",
    )
    read_store_max_lag: Positive = Field(
        timedelta(seconds=10),
        description="How far the standby may be behind, and still be read from.",
    )
    grpc: ListenAddress = Field(
        "127.0.0.1:50051", description="Where the gRPC server listens; port 0 takes a free one."
    )
    grpc_reuse_port: bool = Field(
        default=False,
        description="Whether other servers of the same store may listen at the same port, too.",
    )
    grpc_own: TcpAddress | None = Field(
        None,
        examples=["127.0.0.1:50052"],
        description="Where this server alone listens, beside a port that it shares with others.",
    )
    grpc_engine: Literal["grpcio", "native"] = Field(
        "grpcio",
        description="What speaks HTTP/2: grpcio, or pygrpc-native from the extra `native`.",
    )
    grpc_max_message_bytes: int = Field(
        4 * 1024 * 1024, ge=1024, description="The largest request that is read."
    )
    grpc_default_deadline: Positive = Field(
        timedelta(seconds=10), description="The deadline of a call that has none."
    )
    grpc_max_deadline: Positive = Field(
        timedelta(seconds=60), description="The longest deadline that a call may have."
    )
    grpc_lame_duck: Duration = Field(
        timedelta(milliseconds=250),
        description="How long after SIGTERM new calls are still taken, while health checks say"
        " that the server does not serve.",
    )
    grpc_drain: Positive = Field(
        timedelta(seconds=3), description="How long running calls may go on after SIGTERM."
    )
    grpc_metrics: TcpAddress | None = Field(
        None,
        examples=["127.0.0.1:9464"],
        description="Where the gRPC server shows its metrics; without it, nowhere.",
    )
    min_revision_wait: Positive = Field(
        timedelta(seconds=5), description="How long a read waits for its `min_revision`."
    )
    watch_bookmark_interval: Positive = Field(
        timedelta(seconds=10), description="How often a quiet watch is told how far it has come."
    )
    watch_buffer_bytes: int = Field(
        16 * 1024 * 1024,
        ge=1024,
        description="How much of the newest changes is in memory; a watch behind it is cut.",
    )
    watch_stall_timeout: Positive = Field(
        timedelta(seconds=60),
        description="How long a watch may take nothing of what it is sent, before it is cut.",
    )
    watch_snapshot_wait: Positive = Field(
        timedelta(seconds=5),
        description="How long a snapshot waits for its watcher in all, beyond a second for each"
        " 2 MiB, before it is cut.",
    )
    watch_limit: int = Field(
        2_000, ge=1, description="How many watches a server has at a time; more are refused."
    )
    deleted_retention: Positive = Field(
        timedelta(days=30), description="How long a deleted item can be undeleted."
    )
    request_id_retention: Positive = Field(
        timedelta(hours=24), description="How long the answer to a request id is kept."
    )
    sweep_interval: Positive = Field(
        timedelta(minutes=1),
        description="How often what has expired, and what is too old of the history, is removed.",
    )
    history_max_age: Positive | None = Field(
        None,
        examples=["P90D"],
        description="How old history may get; without a limit, it is kept for ever.",
    )
    history_max_revisions: int | None = Field(
        None,
        ge=1,
        examples=["100000"],
        description="How many revisions of history are kept; likewise.",
    )
    history_sink_bound: Positive = Field(
        timedelta(days=7),
        description="How old history may get that a sink still has to publish, beyond these two.",
    )
    log_level: Level = Field(
        "info",
        description="The least severe line that is logged; `info` has one line for each call.",
    )
    log_format: Format = Field("json", description="How a line looks.")
