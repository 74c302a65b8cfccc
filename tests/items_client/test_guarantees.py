import pytest

from items.v1 import items_pb2 as pb
from items_client.guarantees import Bookmarkable, Recorded, Verifier, verify
from items_client.guarantees.guarantee import REMEMBERED, Complaint
from tests.items_client.streams import (
    after,
    bookmark,
    change,
    commit,
    item,
    names,
    now,
    of,
    part,
    told,
    with_snapshot,
)

ENTERED, LEFT = pb.VIEW_CHANGE_ENTERED, pb.VIEW_CHANGE_LEFT
WHERE = 'labels.a = "1"'


def test_a_stream_that_keeps_every_promise_is_not_complained_of() -> None:
    good: list[Recorded] = [
        with_snapshot(),
        part(3, item("a", 1), item("b", 3)),
        with_snapshot(),  # it was interrupted
        part(4, item("a", 1), item("b", 4)),
        part(4, item("c", 2), complete=True),
        told(commit(5, "a", "b"), commit(6)),
        bookmark(6),
        told(commit(7)),
        after(7),
        bookmark(7),
        told(of(8, change(item("a", 5), item("a", 5), pb.CHANGE_KIND_EXPIRED))),
    ]
    assert verify(good) == []


def test_a_filtered_stream_may_leave_revisions_out() -> None:
    good: list[Recorded] = [
        now(where=WHERE),
        bookmark(3),
        told(of(5, change(item("a", 5), view=ENTERED))),
        told(of(9, change(item("a", 9), item("a", 5), view=LEFT))),
        bookmark(20),
        after(20, where=WHERE),
        bookmark(20),
        told(of(25, change(item("a", 25), item("a", 22), view=ENTERED))),
    ]
    assert verify(good) == []


BROKEN: dict[str, tuple[list[Recorded], list[str]]] = {
    "a revision goes back": (
        [now(where=WHERE), bookmark(3), told(commit(6), commit(5))],
        ["not ordered: revision 5 is told after 6"],
    ),
    "a snapshot is older than what was told": (
        [after(6), bookmark(6), told(commit(7)), with_snapshot(), part(5, complete=True)],
        ["not ordered: revision 5 is told after 7"],
    ),
    "a snapshot is not in order": (
        [with_snapshot(), part(5, item("b", 1)), part(5, item("a", 1), complete=True)],
        ["not ordered: the snapshot has `a` after `b`"],
    ),
    "a revision is told twice": (
        [after(3), bookmark(3), told(commit(4)), told(commit(4))],
        ["not unique: revision 4 is told again"],
    ),
    "a revision is told again after others": (
        [after(3), bookmark(3), told(commit(4, "a"), commit(5)), told(commit(4, "b"))],
        [
            "not ordered: revision 4 is told after 5",
            "not unique: revision 4 is told again",
        ],
    ),
    "a resumed watch repeats what was told": (
        [after(3), bookmark(3), told(commit(4)), after(4), bookmark(4), told(commit(4))],
        ["not unique: revision 4 is told after a start from 4"],
    ),
    "a change is in the snapshot already": (
        [with_snapshot(), part(4, complete=True), told(commit(4))],
        ["not unique: revision 4 is told after a start from 4"],
    ),
    "a revision changes an item twice": (
        [after(3), bookmark(3), told(commit(4, "a", "a"))],
        ["not unique: revision 4 changes an item twice"],
    ),
    "a snapshot has an item twice": (
        [with_snapshot(), part(5, item("a", 1), item("a", 1), complete=True)],
        ["not unique: the snapshot has `a` twice"],
    ),
    "a revision is missing": (
        [after(3), bookmark(3), told(commit(4), commit(6))],
        ["not reliable: after revision 4, 5 was not told"],
    ),
    "many revisions are missing": (
        [after(3), bookmark(3), told(commit(9))],
        ["not reliable: after revision 3, 4 to 8 was not told"],
    ),
    "revisions after a snapshot are missing": (
        [with_snapshot(), part(3, complete=True), told(commit(5))],
        ["not reliable: after revision 3, 4 was not told"],
    ),
    "a resumed watch leaves out a revision": (
        [after(3), bookmark(3), told(commit(4)), after(4), bookmark(4), told(commit(6))],
        ["not reliable: after revision 4, 5 was not told"],
    ),
    "a bookmark is ahead of what was told": (
        [after(3), bookmark(3), bookmark(4)],
        ["not reliable: after revision 3, 4 was not told"],
    ),
    "a filtered watch misses a change of an item": (
        [
            now(where=WHERE),
            bookmark(3),
            told(of(4, change(item("a", 4), view=ENTERED))),
            told(of(9, change(item("a", 9), item("a", 7)))),
        ],
        ["not reliable: revision 9: `a` was at 7, told was 4"],
    ),
    "a filtered watch does not tell that an item left": (
        [
            with_snapshot(where=WHERE),
            part(3, item("a", 1), complete=True),
            told(of(9, change(item("a", 9), view=ENTERED))),
        ],
        ["not reliable: revision 9: `a` enters what it has not left"],
    ),
    "a revision is divided": (
        [after(3), bookmark(3), told(commit(4, "a")), told(commit(4, "b"))],
        ["not atomic: revision 4 is divided"],
    ),
    "a revision is divided within a message": (
        [after(3), bookmark(3), told(commit(4, "a"), commit(4, "b"))],
        ["not atomic: revision 4 is divided"],
    ),
    "a revision has a change of another": (
        [after(3), bookmark(3), told(of(4, change(item("a", 5))))],
        ["not atomic: revision 4 has `a` of revision 5"],
    ),
    "a revision is empty": (
        [after(3), bookmark(3), told(of(4))],
        ["not atomic: revision 4 is told without a change"],
    ),
    "a snapshot is of two revisions": (
        [with_snapshot(), part(3), part(4, complete=True)],
        ["not atomic: a snapshot is of revision 3 and of 4"],
    ),
    "a snapshot has what was written later": (
        [with_snapshot(), part(3, item("a", 4), complete=True)],
        ["not atomic: the snapshot of 3 has `a` of 4"],
    ),
    "a change comes within a snapshot": (
        [with_snapshot(), part(3), told(commit(4))],
        ["not atomic: revision 4 is told within the snapshot of 3"],
    ),
    "a bookmark comes within a snapshot": (
        [with_snapshot(), part(3), bookmark(3)],
        ["not atomic: the bookmark 3 is told within the snapshot of 3"],
    ),
    "a watch resumes from elsewhere": (
        [after(3), bookmark(3), told(commit(4), commit(5)), after(4), bookmark(4)],
        ["not resumable: told was 5, but the watch resumes from 4"],
    ),
    "a watch forgets where it was": (
        [now(), bookmark(3), now(), bookmark(3)],
        ["not resumable: told was 3, but the watch resumes from now"],
    ),
    "a watch begins elsewhere than asked": (
        [after(3, where=WHERE), bookmark(5)],
        ["not resumable: asked was 3, but the watch begins at 5"],
    ),
    "another store goes on": (
        [now(), bookmark(3, "one"), after(3), bookmark(3, "two")],
        ["not resumable: the store was one, and is now two"],
    ),
    "a watch begins without a bookmark": (
        [after(3), told(commit(4))],
        ["not bookmarkable: the watch begins with revision 4, not with a bookmark"],
    ),
    "a bookmark goes back": (
        [after(3), bookmark(3), told(commit(4)), bookmark(3)],
        ["not bookmarkable: the bookmark 3 comes after 4"],
    ),
    "a bookmark names no store": (
        [now(), bookmark(3, "")],
        ["not bookmarkable: the bookmark 3 names no store"],
    ),
    "a snapshot names no store": (
        [with_snapshot(), part(3, complete=True, store_id="")],
        ["not bookmarkable: the snapshot of 3 names no store"],
    ),
}


@pytest.mark.parametrize("what", BROKEN)
def test_each_broken_promise_is_complained_of(what: str) -> None:
    recording, complaints = BROKEN[what]
    assert names(verify(recording)) == complaints


def test_a_silence_is_complained_of() -> None:
    complaints: list[str] = []
    times = iter([0.0, 0.0, 1.0, 3.0, 5.5])
    watched = Bookmarkable(complaints.append, silence=2.0, clock=lambda: next(times))
    watched.asked(now())
    for revision in (3, 3, 3):
        watched.bookmark(bookmark(revision).bookmark)
    assert complaints == ["nothing was told for 2.5 s"]


def test_what_a_verifier_remembers_is_bounded() -> None:
    complaints: list[Complaint] = []
    verifier = Verifier(complaints.append)
    verifier.asked(after(0))
    verifier.received(bookmark(0))
    for revision in range(1, REMEMBERED + 100):
        verifier.received(told(commit(revision, f"i{revision}")))
    assert complaints == []
    remembered = [
        len(known)
        for guarantee in verifier._guarantees
        for known in vars(guarantee).values()
        if isinstance(known, dict)
    ]
    assert remembered == [REMEMBERED, REMEMBERED]
