"""A watcher: it keeps what passes on the wire, and what its watch has told."""

from items.v1 import items_pb2 as pb
from items_client import ItemsClient, ItemsError, SnapshotPart, WatchObserver
from items_client.guarantees import Recorded, verify
from items_client.watching import Event
from tests.crash.feed.checker import Told, about_watch
from tests.crash.feed.table import Table
from tests.crash.feed.views import View


class Watcher(WatchObserver):
    """Follows *view*: from the first revision, or with a *snapshot*."""

    def __init__(self, name: str, view: View, *, snapshot: bool = False) -> None:
        self.name = name
        self.revision = 0
        self.losses = 0
        self._view = view
        self._snapshot = snapshot
        self._recording: list[Recorded] = []
        self._told = Told()

    async def follow(self, items: ItemsClient) -> None:
        """Watch until it is cancelled."""
        watch = items.watch(
            from_revision=None if self._snapshot else 0,
            snapshot=self._snapshot,
            filter=self._view.filter,
            previous=self._view.previous,
            observer=self,
        )
        async with watch:
            async for event in watch:
                self._take(event)
                self.revision = watch.revision or 0

    def asked(self, request: pb.WatchItemsRequest) -> None:
        """Keep what is asked."""
        self._recording.append(request)

    def received(self, message: pb.WatchItemsResponse) -> None:
        """Keep what is told."""
        self._recording.append(message)

    def interrupted(self, error: ItemsError, delay: float) -> None:  # noqa: ARG002  # as observers are
        """Count how often the watch is resumed."""
        self.losses += 1

    def complaints(self, table: Table) -> list[str]:
        """Guarantees that were broken on the wire, and what is told other than *table* has it."""
        found = [*map(str, verify(self._recording)), *about_watch(self._view, self._told, table)]
        return [f"{self.name}: {complaint}" for complaint in found]

    def _take(self, event: Event) -> None:
        match event:
            case SnapshotPart(revision, items, is_first):
                if is_first:
                    self._told = Told(revision)
                self._told.items.extend(items)
            case pb.ItemChanges():
                self._told.commits.append(event)
