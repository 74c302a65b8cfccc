"""All guarantees at once, over a stream as it comes, or over a recorded one."""

from collections.abc import Callable, Iterable
from typing import TypeAlias

from items.v1 import items_pb2 as pb
from items_client.guarantees.atomic import Atomic
from items_client.guarantees.bookmarkable import Bookmarkable
from items_client.guarantees.guarantee import Complaint, Guarantee
from items_client.guarantees.ordered import Ordered
from items_client.guarantees.reliable import Reliable
from items_client.guarantees.resumable import Resumable
from items_client.guarantees.unique import Unique
from items_client.observing import WatchObserver

Recorded: TypeAlias = pb.WatchItemsRequest | pb.WatchItemsResponse
"""What a recorded stream is made of."""

GUARANTEES: tuple[type[Guarantee], ...] = (
    Ordered,
    Unique,
    Reliable,
    Atomic,
    Resumable,
    Bookmarkable,
)
"""All of them, in the order in which the contract names them."""


class Verifier(WatchObserver):
    """Runs a stream through all guarantees, as it comes; tells *complain* what is broken."""

    def __init__(
        self,
        complain: Callable[[Complaint], None],
        guarantees: Iterable[type[Guarantee]] = GUARANTEES,
    ) -> None:
        self._guarantees = [_told_as(kind, complain) for kind in guarantees]

    def asked(self, request: pb.WatchItemsRequest) -> None:
        for guarantee in self._guarantees:
            guarantee.asked(request)

    def received(self, message: pb.WatchItemsResponse) -> None:
        for guarantee in self._guarantees:
            _tell(guarantee, message)


def verify(recording: Iterable[Recorded]) -> list[Complaint]:
    """What is broken in *recording*: nothing, if the guarantees were kept."""
    complaints: list[Complaint] = []
    verifier = Verifier(complaints.append)
    for recorded in recording:
        if isinstance(recorded, pb.WatchItemsRequest):
            verifier.asked(recorded)
        else:
            verifier.received(recorded)
    return complaints


def _told_as(kind: type[Guarantee], complain: Callable[[Complaint], None]) -> Guarantee:
    return kind(lambda what: complain(Complaint(kind.name, what)))


def _tell(guarantee: Guarantee, message: pb.WatchItemsResponse) -> None:
    match message.WhichOneof("event"):
        case "snapshot":
            guarantee.snapshot(message.snapshot)
        case "commits":
            for commit in message.commits.commits:
                guarantee.commit(commit)
        case "bookmark":
            guarantee.bookmark(message.bookmark)
