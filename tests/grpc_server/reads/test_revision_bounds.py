"""Which revisions can be asked for."""

import pytest

from grpc_server.database.store import Head, LostRevisions
from grpc_server.items.errors import RevisionCompacted, RevisionInFuture
from grpc_server.reads.revision_bounds import check_kept

HEAD = Head("store", 120, 10, None, b"", (LostRevisions(21, 40), LostRevisions(61, 100)))
"""A store that was restored twice: at 20 and at 60."""


@pytest.mark.parametrize("cursor", [9, 15, 20, 40, 41, 60, 100, 101, 120])
def test_a_cursor_that_this_store_has_given_goes_on(cursor: int) -> None:
    check_kept(HEAD, cursor, first=cursor + 1)


@pytest.mark.parametrize(("cursor", "next_kept"), [(21, 41), (39, 41), (61, 101), (99, 101)])
def test_a_cursor_of_what_a_restore_left_out_is_refused(cursor: int, next_kept: int) -> None:
    with pytest.raises(RevisionCompacted, match="restored from a backup") as refusal:
        check_kept(HEAD, cursor, first=cursor + 1)
    assert refusal.value.metadata == {"oldest_revision": str(next_kept)}


def test_a_cursor_that_is_too_old_or_of_the_future_is_refused() -> None:
    with pytest.raises(RevisionCompacted, match="before 10"):
        check_kept(HEAD, 8, first=9)
    with pytest.raises(RevisionInFuture):
        check_kept(HEAD, 121, first=122)
