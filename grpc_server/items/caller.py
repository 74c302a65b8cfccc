"""Who makes a call, as far as the catalogue cares."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The maker of a call; empty if unknown.

    *actor* is recorded with every change. A request id belongs to the actor that sent
    it: another one may use the same.
    """

    actor: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change came from, as the history keeps it."""

    actor: str
    request_id: str


BY_ITSELF = Origin(actor="", request_id="")
"""The origin of what the service does by itself, such as the removal of expired items."""
