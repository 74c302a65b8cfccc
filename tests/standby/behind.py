"""A primary that commits without waiting, and a standby that lacks what was written last."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from grpc_server.database.opening import open_store
from tests.postgresql import PostgresServer
from tests.standby.cluster import ask, configure, primary, promote, standby_of, until
from tests.standby.serving import revision_of
from tests.standby.three import kill, url_of


@dataclass(frozen=True)
class Pair:
    """The two servers; at first, the standby follows."""

    primary: PostgresServer
    standby: PostgresServer

    @property
    def url(self) -> str:
        """Where the store is: whoever of them takes writes."""
        return url_of([self.primary, self.standby])

    def part(self) -> int:
        """Let the standby have everything, and nothing from then on; tells the revision."""
        kept = revision_of(self.primary)
        until(lambda: revision_of(self.standby) == kept)
        configure(self.standby, "primary_conninfo", "")
        until(lambda: ask(self.standby, "SELECT count(*) FROM pg_stat_wal_receiver") == 0)
        return kept

    def fail_over(self) -> None:
        """Let the primary vanish, and the standby take writes."""
        kill(self.primary)
        promote(self.standby)


@contextmanager
def running_pair() -> Iterator[Pair]:
    """The two, with a new store."""
    with primary() as first:
        open_store(first.url).close()
        with standby_of(first) as second:
            yield Pair(first, second)
