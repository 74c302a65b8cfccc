"""What the parts tell of their work, to whoever measures it."""

from typing import Final


class Observer:
    """Is told what happens, on the event loop; this one is not interested.

    Whoever listens returns at once, and raises nothing.
    """

    def committed(self, writes: int, seconds: float) -> None:
        """*writes* writes were decided, and are durable *seconds* after their batch began."""

    def commit_failed(self) -> None:
        """The database failed: nothing of a batch was written."""

    def queried(self, ids: int, seconds: float) -> None:
        """One query has read *ids* different ids, in *seconds*."""

    def write_refused(self) -> None:
        """Too many writes wait."""

    def read_refused(self) -> None:
        """Too many reads wait."""

    def standby_passed_over(self) -> None:
        """A read went to the store, and not to its standby."""

    def swept(self, removed: int) -> None:
        """*removed* items and answers had expired, and are removed."""

    def compacted(self, versions: int, lost_sinks: int) -> None:
        """*versions* versions of items are gone, some of which *lost_sinks* sinks still needed."""

    def failed_over(self, lost: int) -> None:
        """The database failed over; *lost* revisions that this server knew are gone."""

    def task_failed(self, name: str) -> None:
        """A long-lived task failed, and starts again."""

    def watcher_cut(self) -> None:
        """A watcher was too slow, and has to watch again."""


UNOBSERVED: Final = Observer()
"""Nobody measures."""
