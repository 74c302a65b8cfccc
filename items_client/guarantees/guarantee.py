"""What a guarantee is: a validator that sees a stream pass."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from items.v1 import items_pb2 as pb

REMEMBERED = 10_000
"""How many revisions and items a validator remembers."""

Complain: TypeAlias = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Complaint:
    """What was promised, and how it was broken."""

    guarantee: str
    what: str

    def __str__(self) -> str:
        return f"not {self.guarantee}: {self.what}"


class Guarantee:
    """One promise; what breaks it is told to *complain*."""

    name: ClassVar[str]

    def __init__(self, complain: Complain) -> None:
        self.complain = complain

    def asked(self, request: pb.WatchItemsRequest) -> None:
        """A call begins."""

    def snapshot(self, part: pb.ItemSnapshot) -> None:
        """A part of a snapshot was told."""

    def commit(self, commit: pb.ItemChanges) -> None:
        """A revision was told."""

    def bookmark(self, bookmark: pb.Bookmark) -> None:
        """A bookmark was told."""
