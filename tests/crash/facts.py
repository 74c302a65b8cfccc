"""What a crash test records: what clients were told, and what the store holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effect:
    """That a call wrote *item_id* at *revision*."""

    item_id: str
    revision: int


@dataclass(frozen=True, slots=True)
class Call:
    """A call that writes, and what its client knows of it.

    *name* is unique, and sent as the actor, so that the history names the call that
    made a version. *size* is how many items it writes, all or none of them if
    *is_whole*. *effects* is None if no answer came, and empty if it was refused. The
    times are of one clock; a call that was retried was *sent* when it was sent first.
    """

    name: str
    size: int
    is_whole: bool
    sent: float
    answered: float | None = None
    effects: tuple[Effect, ...] | None = None


@dataclass(frozen=True, slots=True)
class Version:
    """One version of an item, as the history of the store has it; *call* is its actor."""

    revision: int
    ordinal: int
    item_id: str
    call: str


@dataclass(frozen=True, slots=True)
class Stored:
    """What a store holds: its newest revision, its history, and each item's revision.

    *left_out* are the first and last revisions that failovers have stepped over.
    """

    revision: int
    versions: Sequence[Version]
    items: Mapping[str, int]
    left_out: Sequence[tuple[int, int]] = ()
