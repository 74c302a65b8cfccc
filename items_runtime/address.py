"""HOST:PORT, the address of a listener."""

import re
from dataclasses import dataclass
from typing import Final

LAST_PORT: Final = 65_535

WILDCARDS: Final = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # named, not bound
"""The hosts that stand for every interface, and the loopback address to reach each by."""

_SHAPE: Final = re.compile(
    r"(?:\[(?P<ipv6>[0-9A-Fa-f:.]+(?:%[^\]\s]+)?)\]|(?P<host>[^:/\[\]\s]+)):(?P<port>[0-9]{1,5})"
)


class BadAddress(ValueError):
    """The text is not HOST:PORT."""


class BadPort(BadAddress):
    """The text is HOST:PORT, but the port is beyond LAST_PORT."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host and a TCP port; the system chooses a free port in place of port 0."""

    host: str
    port: int

    @classmethod
    def parse(cls, text: str) -> "Address":
        """Parse ``HOST:PORT`` or ``[IPV6]:PORT``.

        Raises:
            BadPort: the port is beyond LAST_PORT.
            BadAddress: *text* has another form.
        """
        found = _SHAPE.fullmatch(text)
        if found is None:
            raise BadAddress(f"{text!r} is not HOST:PORT, such as 127.0.0.1:50051 or [::1]:50051")
        port = int(found["port"])
        if port > LAST_PORT:
            raise BadPort(f"{text!r} names port {port}, but the last one is {LAST_PORT}")
        return cls(found["ipv6"] or found["host"], port)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def at_port(self, port: int) -> "Address":
        """Return the address of the same host at *port*."""
        return Address(self.host, port)

    def within_reach(self) -> "Address":
        """Return the address by which a program on the same machine connects to it."""
        return Address(WILDCARDS.get(self.host, self.host), self.port)
