"""Whatever is written and compacted while a copy is made: in the end, it holds the same rows."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from grpc_server.database.store import Commit, Store
from items.v1 import items_pb2 as pb
from store_tools.moving.move import Move, moving
from tests.grpc_server.database.histories import CREATED, EXPIRED, UPDATED, add, change, get, head
from tests.store_tools.moving.stored import everything, interrupt_after
from tests.store_tools.schemas import opened
from tests.store_tools.test_doctor import examined

WRITE, EXPIRE, COMPACT, COPY, AGAIN = "write", "expire", "compact", "copy", "again"

Step = tuple[str, int]

ITEMS = st.integers(0, 3)
STEPS: st.SearchStrategy[Step] = st.one_of(
    st.tuples(st.just(WRITE), ITEMS),
    st.tuples(st.just(WRITE), ITEMS),
    st.tuples(st.just(EXPIRE), ITEMS),
    st.tuples(st.just(COMPACT), st.integers(1, 4)),
    st.tuples(st.just(COPY), st.integers(1, 2)),
    st.tuples(st.just(AGAIN), st.just(0)),
)
GHOST: list[Step] = [(WRITE, 0), (COPY, 1), (EXPIRE, 0), (WRITE, 1), (WRITE, 1), (COMPACT, 1)]
"""An item is copied, and then all that is known of it goes, unseen by the copy."""


@given(st.lists(STEPS, max_size=30))
@example(GHOST)
@example([*GHOST[:-2], (COMPACT, 1)])
@example([*GHOST, (COPY, 2), (AGAIN, 0), (WRITE, 0), (COMPACT, 1)])
@settings(max_examples=60, deadline=None)
def test_a_copy_that_is_finished_holds_the_same_rows(steps: list[Step]) -> None:
    check(steps)


@pytest.mark.campaign
@pytest.mark.timeout(600)
@given(st.lists(STEPS, min_size=10, max_size=80))
@settings(max_examples=400, deadline=None)
def test_a_copy_that_is_finished_holds_the_same_rows_for_long(steps: list[Step]) -> None:
    check(steps)


def check(steps: list[Step]) -> None:
    with TemporaryDirectory() as folder, copying(Path(folder)) as each:
        for step in steps:
            each.do(step)
        each.finish()
        assert everything(each.here) == everything(each.there)
        assert [finding for finding in examined(each.here).findings if finding.is_damage] == []


class Copying:
    """A store that is written to while it is copied, a page at a time."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.there, self.here = f"sqlite:///{folder}/there.db", f"sqlite:///{folder}/here.db"
        self._store = store
        self._move: Move | None = None
        self._parts = ExitStack()
        self._begin()

    def do(self, step: Step) -> None:
        name, value = step
        match name:
            case "write":
                self._write(value)
            case "expire":
                self._expire(value)
            case "compact":
                self._compact(value)
            case "copy":
                self._copy(value)
            case _:
                self._begin()

    def finish(self) -> None:
        assert self._move is not None
        self._move.complete(lambda _: None)
        self._parts.close()

    def _begin(self) -> None:
        self._parts.close()
        self._move = self._parts.enter_context(moving(self.there, self.here, page=1))

    def _write(self, number: int) -> None:
        kind = UPDATED if get(self._store, f"i{number}") else CREATED
        add(self._store, pb.Item(id=f"i{number}", labels={"of": str(number)}), kind=kind)

    def _expire(self, number: int) -> None:
        for item in get(self._store, f"i{number}").values():
            revision = head(self._store).revision + 1
            item.revision = revision
            with self._store.write() as writing:
                writing.save(Commit([change(revision, item, EXPIRED)]))

    def _compact(self, kept: int) -> None:
        """Keep only the newest revisions."""
        now = head(self._store)
        oldest = now.revision - kept + 1
        if oldest > now.oldest_revision:
            with self._store.write() as writing:
                writing.compact(oldest)

    def _copy(self, pages: int) -> None:
        assert self._move is not None
        with suppress(KeyboardInterrupt):
            self._move.catch_up(interrupt_after(pages))


@contextmanager
def copying(folder: Path) -> Iterator[Copying]:
    with opened(f"sqlite:///{folder}/there.db") as store:
        yield Copying(folder, store)
