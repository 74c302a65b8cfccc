"""What every long-lived process does first: settings, the log, and a look at the variables."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final, Protocol, TypeVar, cast

import structlog
from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsError

from items_runtime.configuration.flags import Flags
from items_runtime.configuration.variables import unknown_variables
from items_runtime.configuration.wrong_settings import explain
from items_runtime.last_words import USAGE, cannot_serve
from items_runtime.logs import Format, Level, configure_logging
from items_runtime.os_errors import in_words

SettingsT = TypeVar("SettingsT", bound=BaseSettings)

_PARSING: Final = "error parsing CLI: "

_log = structlog.get_logger(__name__)


class Logging(Protocol):
    """The settings that every process has."""

    @property
    def log_level(self) -> Level:
        """The least severe line that is logged."""

    @property
    def log_format(self) -> Format:
        """How a line looks."""


def prepare(kind: type[SettingsT], program: str) -> SettingsT:
    """Read the settings of *program* from flags and ITEMS_* variables, and set up the log.

    The process ends with exit code 2 if a flag or a setting is wrong; the log warns of each ITEMS_*
    variable that no process reads.
    """
    try:
        flags = Flags(kind, cli_prog_name=program, cli_exit_on_error=False)
        settings = kind(_cli_settings_source=flags(args=True))
    except ValidationError as error:
        cannot_serve(explain(error, kind), USAGE)
    except SettingsError as error:
        cannot_serve(f"{str(error).removeprefix(_PARSING)}. See: {program} --help", USAGE)
    logging = cast("Logging", settings)
    configure_logging(logging.log_level, logging.log_format)
    for variable in unknown_variables(os.environ):
        _log.warning(str(variable), variable=variable.name)
    return settings


@contextmanager
def failures_told(style: Format, *expected: type[Exception]) -> Iterator[None]:
    """End the process with a sentence if one of the *expected* errors ends the block."""
    try:
        yield
    except expected as error:
        cannot_serve(in_words(error), style=style)
