"""The addresses of the parts: planned, and held until the parts have taken them."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import combinations

from items_cli.errors import Failure
from items_cli.processes.ports import claimed
from items_runtime.address import LAST_PORT, WILDCARDS, Address, BadAddress


@dataclass(frozen=True, slots=True)
class Place:
    """An address, the flag or variable that sets it, and the part that listens there."""

    address: Address
    setting: str
    part: str

    def overlaps(self, other: "Place") -> bool:
        """Return whether only one of the two parts can listen."""
        ours, theirs = self.address, other.address
        hosts = {ours.host, theirs.host}
        return ours.port == theirs.port != 0 and (
            len(hosts) == 1 or not hosts.isdisjoint(WILDCARDS)
        )


def metrics_places(variable: str, parts: Sequence[str]) -> list[Place]:
    """Return the places of the metrics of *parts*: consecutive ports from that of *variable* on.

    There are none if the variable is not set. Port 0 is a free one for each.

    Raises:
        Failure: the variable does not hold an address, or there are too few ports above it.
    """
    text = os.environ.get(variable)
    if not text:
        return []
    try:
        first = Address.parse(text)
    except BadAddress as error:
        raise Failure(f"{variable}: {error}", exit_code=2) from error
    if first.port + len(parts) - 1 > LAST_PORT:
        raise Failure(
            f"{variable}: {len(parts)} parts need consecutive ports from {first} on", exit_code=2
        )
    return [
        Place(Address(first.host, first.port and first.port + number), variable, part)
        for number, part in enumerate(parts)
    ]


def hold(places: Sequence[Place], claims: ExitStack) -> dict[str, Address]:
    """Hold *places* until *claims* end; return the address of each part, with its real port.

    Raises:
        Failure: two of them are the same, or one is taken by another program.
    """
    for one, other in combinations(places, 2):
        if one.overlaps(other):
            raise Failure(
                f"{one.part} and {other.part} cannot both listen on port {one.address.port}:"
                f" change {one.setting} or {other.setting}",
                exit_code=2,
            )
    return {
        place.part: claims.enter_context(claimed(place.address, place.setting)) for place in places
    }
