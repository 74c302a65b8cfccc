"""HOST:PORT, where something listens or is reached."""

import re
from dataclasses import dataclass

WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # named, not bound
"""Hosts that mean every interface, and where a program on this machine reaches them."""

_SHAPE = re.compile(r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+)\]|(?P<host>[^:/\s]+)):(?P<port>[0-9]{1,5})")
_LAST_PORT = 65_535


class BadAddress(ValueError):
    """The text is not an address."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a port; port 0 is one that the system chooses."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Read ``HOST:PORT`` or ``[IPV6]:PORT``; raises BadAddress with what to write."""
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise BadAddress(f"{text!r} is not HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051")
        port = int(found["port"])
        if port > _LAST_PORT:
            raise BadAddress(f"{text!r} names port {port}, but the last one is {_LAST_PORT}")
        return cls(found["ipv6"] or found["host"], port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def within_reach(self) -> "Address":
        """The address by which a program on this machine reaches it."""
        return Address(WILDCARDS.get(self.host, self.host), self.port)
