"""What a relay and the ingest tell of their work, to whoever measures it."""

from datetime import datetime


class RelayObserver:
    """Is told what happens to one sink, on the event loop; this one is not interested.

    Whoever listens returns at once, and raises nothing.
    """

    def held(self, *, is_held: bool) -> None:
        """The lease of the sink is this relay's, or is so no more."""

    def waiting(self, revisions: int) -> None:
        """*revisions* revisions were heard of, and wait to be published."""

    def published(self, events: int, seconds: float, since: datetime) -> None:
        """The broker has *events* events, after *seconds*; the oldest was committed at *since*."""

    def parked(self) -> None:
        """The broker will never take an event."""

    def confirmed(self, revision: int) -> None:
        """The broker has everything up to *revision*."""

    def failed(self) -> None:
        """It did not work, and is tried again after a pause."""


class IngestObserver:
    """Is told what happens to messages; likewise."""

    def applied(self, seconds: float) -> None:
        """A message is committed and acknowledged, *seconds* after it came."""

    def dead_lettered(self) -> None:
        """A message cannot be applied, and is a dead letter."""

    def source_failed(self) -> None:
        """The broker cannot be read from, and is asked again after a pause."""

    def service_failed(self) -> None:
        """The service cannot apply a message now, and is asked again after a pause."""
