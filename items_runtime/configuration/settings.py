"""What the settings of every process have in common: ITEMS_* variables and flags, frozen."""

from datetime import timedelta
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_settings import SettingsConfigDict

from items_runtime.address import LAST_PORT, Address, BadAddress, BadPort
from items_runtime.balancing import grpc_target

CONFIG: Final = SettingsConfigDict(
    env_prefix="ITEMS_",
    frozen=True,
    extra="ignore",
    cli_kebab_case=True,
    cli_avoid_json=True,
    cli_hide_none_type=True,
)
"""How they are read: a flag wins over a variable, a variable over the default."""


def _check_tcp(value: str, form: str = "HOST:PORT") -> str:
    try:
        Address.parse(value)
    except BadPort as error:
        raise ValueError(f"there is no port beyond {LAST_PORT}") from error
    except BadAddress as error:
        raise ValueError(f"it must be {form}") from error
    return value


def _check_listener(value: str) -> str:
    if value.startswith("unix:") and value != "unix:":
        return value
    return _check_tcp(value, "HOST:PORT or unix:PATH")


ListenAddress = Annotated[str, AfterValidator(_check_listener)]
"""The address of a listener: HOST:PORT or unix:PATH."""

TcpAddress = Annotated[str, AfterValidator(_check_tcp)]
"""The address of a listener that takes TCP only: HOST:PORT."""

Upstream = Annotated[str, AfterValidator(grpc_target)]
"""The gRPC server that is called, or several: a gRPC target, or a list of IP:PORT."""


def _read_duration(value: object, read: ValidatorFunctionWrapHandler) -> timedelta:
    """Read what a variable or a flag gives, which is text: `2.5` is two and a half seconds."""
    is_number = isinstance(value, str) and value.replace(".", "", 1).isdecimal()
    try:
        duration: timedelta = read(float(str(value)) if is_number else value)
    except ValidationError as error:
        raise ValueError("it must be a duration, in seconds or ISO 8601 (PT30S, P30D)") from error
    if duration < timedelta(0):
        raise ValueError("a duration cannot be negative")
    return duration


def _check_positive(value: timedelta) -> timedelta:
    if not value:
        raise ValueError("it must be longer than 0 s")
    return value


Duration = Annotated[timedelta, WrapValidator(_read_duration)]
"""Seconds, or ISO 8601 (`P30D`)."""

Positive = Annotated[Duration, AfterValidator(_check_positive)]
"""A duration that is longer than nothing."""


def between(least: timedelta, most: timedelta) -> AfterValidator:
    """Check that a duration is from *least* to *most*."""

    def check(value: timedelta) -> timedelta:
        if not least <= value <= most:
            bounds = f"{least.total_seconds():g} s to {most.total_seconds():g} s"
            raise ValueError(f"it must be from {bounds}")
        return value

    return AfterValidator(check)
