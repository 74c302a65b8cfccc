"""What the settings of every process have in common: ITEMS_* variables and flags, frozen."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from pydantic_settings import SettingsConfigDict

from hosting.balancing import grpc_target

CONFIG: Final = SettingsConfigDict(
    env_prefix="ITEMS_", frozen=True, extra="ignore", cli_kebab_case=True, cli_avoid_json=True
)
"""How they are read: a flag wins over a variable, a variable over the default."""

LAST_PORT: Final = 65_535

Address = Annotated[
    str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$|^unix:.+$")
]
"""Where something listens: HOST:PORT or unix:PATH."""


def _check_port(value: str) -> str:
    if int(value.rpartition(":")[2]) > LAST_PORT:
        raise ValueError(f"there is no port beyond {LAST_PORT}")
    return value


TcpAddress = Annotated[
    str,
    StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$"),
    AfterValidator(_check_port),
]
"""Where something listens that speaks TCP only: HOST:PORT."""


Upstream = Annotated[str, AfterValidator(grpc_target)]
"""The gRPC server that is called, or several: a gRPC target, or a list of IP:PORT."""


def _seconds(value: object) -> object:
    """What a variable or a flag gives is text: `2.5` is two and a half seconds."""
    is_number = isinstance(value, str) and value.replace(".", "", 1).isdecimal()
    return float(str(value)) if is_number else value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""Seconds, or ISO 8601 (`P30D`)."""

Positive = Annotated[Duration, Field(gt=timedelta(0))]
"""A duration that is longer than nothing."""
