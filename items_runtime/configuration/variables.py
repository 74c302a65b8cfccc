"""The ITEMS_* variables: which there are, and what to say of one that there is not."""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Final

PREFIX: Final = "ITEMS_"

OF_COMMANDS: Final = ("ITEMS_BATCH", "ITEMS_TO", "ITEMS_WORKERS")
"""The variables of `items` commands alone."""

_SETTINGS: Final = (
    "grpc_server.settings",
    "rest_facade.settings",
    "items_events.settings",
    "items_events.ingest.settings",
)
"""Where the settings of all processes are. They are read for their names alone, and by name:
no process depends on another, but all have one environment."""

_NOT_OURS: Final = re.compile(
    # Kubernetes and Docker tell of a service `items` or `items-grpc` by variables like these:
    # https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
    r"ITEMS_(?:.+_)?(?:SERVICE_HOST|SERVICE_PORT(?:_.+)?|PORT(?:_\d+_(?:TCP|UDP|SCTP)(?:_.+)?)?)"
    r"|ITEMS_(?:DB|BROKER)_PASSWORD"  # of deploy/compose.yaml
    r"|ITEMS_TEST_.*"
)


@dataclass(frozen=True, slots=True)
class UnknownVariable:
    """A variable that no process of the service reads; *near* is the one that may be meant."""

    name: str
    near: str | None

    def __str__(self) -> str:
        hint = f"; did you mean {self.near}?" if self.near else ""
        return f"{self.name} is no setting, and is ignored{hint}"


def unknown_variables(environment: Iterable[str]) -> Iterator[UnknownVariable]:
    """Find the variables in *environment* that look like settings of ours, and are none."""
    for name in sorted(environment):
        if (
            name.startswith(PREFIX)
            and name not in known_variables()
            and not _NOT_OURS.fullmatch(name)
        ):
            yield UnknownVariable(name, _nearest(name))


@cache
def known_variables() -> frozenset[str]:
    """Return every variable that a process or a command of the service reads."""
    names = (
        f"{PREFIX}{name.upper()}"
        for module in _SETTINGS
        for name in import_module(module).Settings.model_fields
    )
    return frozenset((*names, *OF_COMMANDS))


def _nearest(name: str) -> str | None:
    known = [each.removeprefix(PREFIX) for each in known_variables()]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1)
    return f"{PREFIX}{near[0]}" if near else None
