"""The events that the relay and the ingest report to their metrics."""

from datetime import datetime


class RelayObserver:
    """An observer of one sink that ignores every event.

    Subclasses are called on the event loop: they must not block or raise.
    """

    def held(self, *, is_held: bool) -> None:
        """This relay has acquired the lease of the sink, or has lost it."""

    def waiting(self, revisions: int) -> None:
        """*revisions* revisions are waiting to be published."""

    def published(self, events: int, seconds: float, since: datetime) -> None:
        """The broker confirmed *events* events after *seconds*.

        *since* is the commit time of the oldest of them.
        """

    def parked(self) -> None:
        """The broker has rejected an event permanently."""

    def confirmed(self, revision: int) -> None:
        """The broker has confirmed every event up to *revision*."""

    def failed(self) -> None:
        """An attempt failed, and is retried after a pause."""


class IngestObserver:
    """An observer of messages that ignores every event. See RelayObserver."""

    def applied(self, seconds: float) -> None:
        """A message was committed and acknowledged, *seconds* after its delivery."""

    def dead_lettered(self) -> None:
        """A message could not be applied, and was moved to the dead letters."""

    def source_failed(self) -> None:
        """Reading from the broker failed, and is retried after a pause."""

    def service_failed(self) -> None:
        """The service could not apply a message, which is retried after a pause."""
