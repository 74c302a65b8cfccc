"""The framing of messages on a connection, and the sizes that are allowed."""

from collections.abc import Iterable

MAX_TARGET_BYTES = 512 * 1024
"""A request target has at most so many: a thousand long ids fit well."""

MAX_FIELD_BYTES = 64 * 1024
"""Headers have at most so many; so have trailers, and what stands between chunks."""

MAX_FIELDS = 256
"""Headers that a request has at most."""

FRAMING_OF_A_BYTE = 8
"""Bytes of framing that each byte of a body may bring with it: a chunk of one has five."""

HEAD_READ = 2 * 1024
"""Bytes that are read at once where each may begin another call."""

BODY_READ = 16 * 1024
"""Bytes that are read at once of a long message: what a connection may have unparsed."""

CHUNKS = 256
"""Bytes of a body in chunks that are parsed at once, at least; calls may follow it."""

_END_OF_HEAD = b"\r\n\r\n"


class Framing:
    """The position of a connection within a message, and its bytes so far, by kind."""

    def __init__(self) -> None:
        self.is_between = True
        self.is_head = False
        self.fields = 0
        self.size = 0
        self._targets: list[bytes] = []
        self._target = self._body = 0
        self._left: int | None = 0

    def begin(self) -> None:
        """Begin a message, with its head."""
        self.is_between, self.is_head = False, True
        self.fields = self.size = self._target = self._body = 0
        self._left = 0

    def take_target(self, part: bytes) -> None:
        """Take a part of the request target."""
        self._targets.append(part)
        self._target += len(part)

    def target(self) -> bytes:
        """Return the request target, once."""
        target = b"".join(self._targets)
        self._targets.clear()
        return target

    def end_head(self, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """End the head, which had *headers*, and begin the body."""
        self.is_head = False
        self._left = next((int(value) for name, value in headers if name == b"content-length"), 0)
        if any(name == b"transfer-encoding" for name, _ in headers):
            self._left = None

    def take_body(self, size: int) -> None:
        """Count *size* bytes of the body."""
        self._body += size
        if self._left is not None:
            self._left -= size

    def end(self) -> None:
        """End the message."""
        self.is_between = True
        self.size = self._target = self._body = 0

    @property
    def is_long(self) -> bool:
        """True if the message is so long that other connections have their turn meanwhile."""
        return self.size >= HEAD_READ

    def appetite(self) -> int:
        """Return the number of bytes to read at once."""
        return BODY_READ if self.is_long or not (self.is_between or self.is_head) else HEAD_READ

    def piece(self, data: bytes, begin: int) -> int:
        """Return the end of the part of *data* from *begin* on that is parsed at once.

        That is one message, but for those that follow chunks; of a long one, all there is.
        """
        if not (self.is_between or self.is_head) and self._left is not None:
            return begin + max(self._left, 1)
        least = 0 if self.is_between or self.is_head else CHUNKS
        found = data.find(_END_OF_HEAD, begin + least)
        return len(data) if found < 0 else found + len(_END_OF_HEAD)

    def count(self, size: int) -> str | None:
        """Count *size* parsed bytes; return the limit that they exceed, or None."""
        self.size += size
        if self._target > MAX_TARGET_BYTES:
            return f"the request target may have {MAX_TARGET_BYTES} bytes"
        if self.fields > MAX_FIELDS:
            return f"a request may have {MAX_FIELDS} headers"
        framing = self.size - self._target - self._body
        if framing > MAX_FIELD_BYTES + FRAMING_OF_A_BYTE * self._body:
            return f"headers, trailers and the framing of chunks may have {MAX_FIELD_BYTES} bytes"
        return None
