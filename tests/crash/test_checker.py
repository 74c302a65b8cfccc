"""The checker of the crash test finds what it is there to find."""

from dataclasses import replace

from tests.crash.checker import complaints
from tests.crash.facts import Call, Effect, Stored, Version

FIRST = Call("first", 1, True, sent=1, answered=2, effects=(Effect("a", 1),))
WHOLE = Call("whole", 2, True, sent=3, answered=4, effects=(Effect("a", 2), Effect("b", 2)))
PARTIAL = Call("partial", 2, False, sent=5, answered=6, effects=(Effect("a", 3), Effect("c", 4)))
REFUSED = Call("refused", 1, True, sent=5, answered=6, effects=())
UNANSWERED = Call("unanswered", 1, True, sent=7)

CALLS = [FIRST, WHOLE, PARTIAL, REFUSED, UNANSWERED]
HISTORY = [
    Version(1, 0, "a", "first"),
    Version(2, 0, "a", "whole"),
    Version(2, 1, "b", "whole"),
    Version(3, 0, "a", "partial"),
    Version(4, 0, "c", "partial"),
]
NEXT = Version(5, 0, "d", "unanswered")


def stored(*versions: Version, revision: int | None = None) -> Stored:
    """A store that holds *versions*, and stands where they say unless told otherwise."""
    items = {version.item_id: version.revision for version in versions}
    newest = max((version.revision for version in versions), default=0)
    return Stored(newest if revision is None else revision, versions, items)


def test_a_store_that_holds_what_was_told_has_no_complaints() -> None:
    assert complaints(CALLS, stored(*HISTORY)) == []


def test_an_empty_store_that_was_told_nothing_has_no_complaints() -> None:
    assert complaints([], stored()) == []


def test_a_call_without_an_answer_may_have_written() -> None:
    assert complaints(CALLS, stored(*HISTORY, NEXT)) == []


def test_a_lost_write_is_found() -> None:
    assert complaints(CALLS, stored(*HISTORY[:4])) == [f"partial: {Effect('c', 4)} is lost"]


def test_an_acknowledged_write_at_another_revision_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY[:4], NEXT, Version(4, 0, "e", "partial")))
    assert f"partial: {Effect('c', 4)} is lost" in found
    assert f"partial: {Effect('e', 4)} was not told" in found


def test_a_refused_call_that_wrote_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, Version(5, 0, "d", "refused")))
    assert found == [f"refused: {Effect('d', 5)} was not told"]


def test_revisions_that_a_failover_has_left_out_are_not_missing() -> None:
    later = stored(*HISTORY, replace(NEXT, revision=8))
    assert complaints(CALLS, replace(later, left_out=[(5, 7)])) == []


def test_a_revision_that_is_given_although_it_was_left_out_is_found() -> None:
    found = complaints(CALLS, replace(stored(*HISTORY, NEXT), left_out=[(5, 5)]))
    assert found == ["revision 5 is given, and was left out"]


def test_a_gap_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, replace(NEXT, revision=6)))
    assert found == ["revision 5 is missing"]


def test_a_gap_at_the_end_is_found() -> None:
    assert complaints(CALLS, stored(*HISTORY, revision=5)) == ["revision 5 is missing"]


def test_a_history_that_is_ahead_of_the_store_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, revision=3))
    assert found == ["the store is at revision 3, but its history at 4"]


def test_a_repeated_revision_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, Version(4, 1, "d", "unanswered")))
    assert "revision 4 is repeated: by ['partial', 'unanswered']" in found


def test_a_repeated_change_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, NEXT, replace(NEXT, item_id="e")))
    assert "change (5, 0) is there 2 times" in found


def test_a_double_application_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, NEXT, replace(NEXT, revision=6)))
    assert "unanswered wrote d 2 times" in found


def test_a_whole_batch_of_which_a_part_was_written_is_found() -> None:
    torn = Call("torn", 2, True, sent=7)
    found = complaints([*CALLS, torn], stored(*HISTORY, Version(5, 0, "d", "torn")))
    assert found == ["torn wrote 1 of 2 items"]


def test_a_whole_batch_at_two_revisions_is_found() -> None:
    torn = Call("torn", 2, True, sent=7)
    versions = (Version(5, 0, "d", "torn"), Version(6, 0, "e", "torn"))
    found = complaints([*CALLS, torn], stored(*HISTORY, *versions))
    assert found == ["torn wrote as a whole at more than one revision"]


def test_an_item_that_is_not_at_its_last_version_is_found() -> None:
    outdated = replace(stored(*HISTORY), items={"a": 1, "b": 2})
    assert complaints(CALLS, outdated) == [
        "item a is at revision 1, but its history at 3",
        "item c is at revision None, but its history at 4",
    ]


def test_a_write_that_nobody_asked_for_is_found() -> None:
    found = complaints(CALLS, stored(*HISTORY, replace(NEXT, call="nobody")))
    assert found == ["nobody wrote, but was never called"]


def test_a_write_before_one_that_was_answered_before_it_was_sent_is_found() -> None:
    late = replace(UNANSWERED, name="late", sent=9, answered=10, effects=(Effect("e", 5),))
    early = replace(UNANSWERED, answered=8, effects=(Effect("d", 6),))
    versions = (Version(5, 0, "e", "late"), replace(NEXT, revision=6))
    found = complaints([*CALLS[:4], early, late], stored(*HISTORY, *versions))
    assert found == [
        "late wrote revision 5, before unanswered, but was sent after the answer to that"
    ]
