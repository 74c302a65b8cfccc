"""No revision is given twice, whatever was lost in which failovers, and whoever writes first."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, text

from grpc_server.database.opening import open_store
from grpc_server.database.store import Change, Commit, Store
from items.v1 import items_pb2 as pb
from tests.dialects import new_store_url, stores_on
from tests.new_stores import engine_at

SERVERS = 3

Writes = st.tuples(st.just("write"), st.integers(0, SERVERS - 1))
Failovers = st.tuples(st.just("fail over"), st.integers(0, 5))


class Place(NamedTuple):
    """A running database with a store."""

    store: Store
    engine: Engine


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("never-twice")
    with ExitStack() as parts:
        parts.enter_context(stores_on("postgresql", folder))
        url = new_store_url(folder)
        engine = parts.enter_context(engine_at(url))
        store = open_store(url)
        parts.callback(store.close)
        yield Place(store, engine)


class Run:
    """What servers were told, and what the standbys had at each moment."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._seen = [0] * SERVERS
        self._past = [self._standing()]
        self._timeline = 1000
        self.given: list[int] = []

    def write(self, server: int) -> None:
        """Let a server write, which knows only of its own writes."""
        now = datetime.now(UTC)
        with self._place.store.write(self._seen[server]) as writing:
            revision = writing.head().revision + 1
            item = pb.Item(id="a", revision=revision)
            change = Change(revision, 0, pb.CHANGE_KIND_UPDATED, now, "", "", item)
            writing.save(Commit([change]))
        self.given.append(revision)
        self._seen[server] = revision
        self._past.append(self._standing())

    def fail_over(self, back: int) -> None:
        """Go back by some writes, on another timeline; a server may have been started since."""
        del self._past[max(len(self._past) - back, 1) :]
        self._timeline += 1
        self._seen[self._timeline % SERVERS] = 0
        with self._place.engine.begin() as connection:
            connection.execute(text(_PUT), self._past[-1])
            connection.execute(
                text("DELETE FROM changes WHERE revision > :revision"), self._past[-1]
            )
            connection.execute(text("UPDATE store SET timeline = :line"), {"line": self._timeline})

    def _standing(self) -> dict[str, object]:
        with self._place.engine.connect() as connection:
            return dict(connection.execute(text(_STANDING)).mappings().one())


_STANDING = "SELECT revision, commit_time, lost_revisions FROM store"
_PUT = (
    "UPDATE store SET revision = :revision, commit_time = :commit_time, "
    "lost_revisions = :lost_revisions"
)


@given(st.lists(Writes | Failovers, min_size=3, max_size=15))
@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_revision_is_given_twice(place: Place, steps: list[tuple[str, int]]) -> None:
    with place.engine.begin() as connection:
        connection.execute(text("DELETE FROM changes"))
        connection.execute(text("DELETE FROM items"))
        connection.execute(
            text("UPDATE store SET revision = 0, commit_time = NULL, lost_revisions = '[]'")
        )
    run = Run(place)
    run.write(0)
    for what, number in steps:
        run.write(number) if what == "write" else run.fail_over(number)
    assert len(set(run.given)) == len(run.given)
