"""What the settings of every process have in common: ITEMS_* variables and flags, frozen."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import BeforeValidator, Field, StringConstraints
from pydantic_settings import SettingsConfigDict

CONFIG: Final = SettingsConfigDict(
    env_prefix="ITEMS_", frozen=True, extra="ignore", cli_kebab_case=True, cli_avoid_json=True
)
"""How they are read: a flag wins over a variable, a variable over the default."""

Address = Annotated[
    str, StringConstraints(pattern=r"^(\[[0-9a-fA-F:]+\]|[^:\s]+):\d{1,5}$|^unix:.+$")
]
"""Where something listens: HOST:PORT or unix:PATH."""


def _seconds(value: object) -> object:
    """What a variable or a flag gives is text: `2.5` is two and a half seconds."""
    is_number = isinstance(value, str) and value.replace(".", "", 1).isdecimal()
    return float(str(value)) if is_number else value


Duration = Annotated[timedelta, BeforeValidator(_seconds)]
"""Seconds, or ISO 8601 (`P30D`)."""

Positive = Annotated[Duration, Field(gt=timedelta(0))]
"""A duration that is longer than nothing."""
