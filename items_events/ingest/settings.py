"""The settings of the ingest: ITEMS_* variables and flags, read once."""

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings

from items_events.brokers.broker_url import source_url
from items_runtime.configuration.settings import CONFIG, TcpAddress, Upstream
from items_runtime.logs import Format, Level


class Settings(BaseSettings):
    """The settings of the ingest. A flag overrides a variable, a variable the default."""

    model_config = {**CONFIG, "hide_input_in_errors": True}  # it may hold a password

    ingest: str = Field(
        "",
        validate_default=True,
        examples=["amqp://localhost/?queue=item-writes"],
        description="Where writes come from: the URL of a queue or a stream.",
    )
    upstream: Upstream = Field(
        "127.0.0.1:50051",
        description="The gRPC server that is called, or several: a gRPC target (`dns:///items:50051`),"
        " or a list of `IP:PORT`.",
    )
    ingest_metrics: TcpAddress | None = Field(
        None,
        examples=["127.0.0.1:9494"],
        description="The address that serves the metrics of the ingest; off by default.",
    )
    log_level: Level = Field("info", description="The least severe line that is logged.")
    log_format: Format = Field("json", description="How a line looks.")

    @field_validator("ingest")
    @classmethod
    def _check_url(cls, value: str) -> str:
        source_url(value)
        return value
