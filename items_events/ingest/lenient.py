"""Messages whose properties cannot be read.

RabbitMQ passes on what a publisher wrote into the properties, unchecked: text that is
not UTF-8, a time beyond all calendars. The client library gives the connection up for
it, and so it would for ever: the message comes first again after each reconnection.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from pamqp.commands import Basic
from pamqp.header import ContentHeader


@contextmanager
def lenient_properties() -> Iterator[None]:
    """Within the block, only what the ingest reads of a message's properties is kept.

    If they cannot be read at all, the message has none. This holds for all connections
    of the process.
    """
    strict = ContentHeader.unmarshal

    def unmarshal(header: ContentHeader, data: bytes) -> None:
        try:
            strict(header, data)
            read = header.properties
            kept = Basic.Properties(message_id=read.message_id, content_type=read.content_type)
        except Exception:  # noqa: BLE001  # whatever it stumbled over
            kept = Basic.Properties()
        header.properties = kept

    ContentHeader.unmarshal = unmarshal  # type: ignore[assignment,method-assign]  # no hook
    try:
        yield
    finally:
        ContentHeader.unmarshal = strict  # type: ignore[method-assign]  # as it was
