"""The settings of the ingest: ITEMS_* variables and flags, read once."""

from typing import Literal

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from items_events.broker_url import source_url


class Settings(BaseSettings):
    """Frozen; a flag wins over a variable, a variable over the default."""

    model_config = SettingsConfigDict(
        env_prefix="ITEMS_",
        frozen=True,
        extra="ignore",
        cli_kebab_case=True,
        cli_avoid_json=True,
        hide_input_in_errors=True,  # it may hold a password
    )

    ingest: str = Field(
        "",
        validate_default=True,
        description="Where writes come from: the URL of a queue or a stream.",
    )
    upstream: str = Field("127.0.0.1:50051", description="The gRPC server, as a gRPC target.")
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="The least severe line that is logged."
    )
    log_format: Literal["json", "console"] = Field("json", description="How a line looks.")

    @field_validator("ingest")
    @classmethod
    def _check_url(cls, value: str) -> str:
        source_url(value)
        return value
