"""What a view shows, encoded once for all who share the view."""

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from grpc_server.feed import messages
from grpc_server.feed.commits import Commit
from grpc_server.feed.view import View

KEPT_BYTES = 1024 * 1024
"""How much of a view is kept: its watchers are told the same at about the same time."""

_OVERHEAD = 100
"""About how many bytes a commit takes beside what is shown of it."""


class Encoder:
    """Encodes what *view* shows of commits, and keeps the newest while it is shared."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._kept: OrderedDict[int, bytes] = OrderedDict()
        self._bytes = 0
        self._last = (0, 0)
        self._runs: Sequence[bytes] = ()
        self.users = 0

    def runs(self, commits: Sequence[Commit]) -> Sequence[bytes]:
        """Messages with what the view shows of *commits*, which follow one another."""
        if self.users == 1:
            return [*messages.runs(map(self._view.encoded, commits))]
        if not commits:
            return ()
        span = commits[0].revision, commits[-1].revision
        if span != self._last:  # most are told the same as the one before
            self._runs = [*messages.runs(map(self.encoded, commits))]
            self._last = span
        return self._runs

    def encoded(self, commit: Commit) -> bytes:
        """What the view shows of *commit*; see `View.encoded`."""
        if self.users == 1:
            return self._view.encoded(commit)
        found = self._kept.get(commit.revision)
        if found is None:
            found = self._view.encoded(commit)
            self._keep(commit.revision, found)
        return found

    def _keep(self, revision: int, encoded: bytes) -> None:
        self._kept[revision] = encoded
        self._bytes += len(encoded) + _OVERHEAD
        while self._bytes > KEPT_BYTES:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= len(oldest) + _OVERHEAD


class Encoders:
    """The encoders of the views that are watched."""

    def __init__(self) -> None:
        self._by_view: dict[View, Encoder] = {}

    @property
    def views(self) -> int:
        """How many different views are watched."""
        return len(self._by_view)

    @contextmanager
    def sharing(self, view: View) -> Iterator[Encoder]:
        """The encoder of *view*, as long as the block lasts."""
        encoder = self._by_view.setdefault(view, Encoder(view))
        encoder.users += 1
        try:
            yield encoder
        finally:
            encoder.users -= 1
            if not encoder.users:
                del self._by_view[view]
