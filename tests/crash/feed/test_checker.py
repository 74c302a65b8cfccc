"""The checker of the feed's crash test finds what it is there to find."""

from collections.abc import Iterable

from items.v1 import items_pb2 as pb
from tests.crash.feed.checker import Published, Told, about_broker, about_watch
from tests.crash.feed.table import Table
from tests.crash.feed.views import View

CREATED, UPDATED, DELETED, UNDELETED, EXPIRED = (
    pb.CHANGE_KIND_CREATED,
    pb.CHANGE_KIND_UPDATED,
    pb.CHANGE_KIND_DELETED,
    pb.CHANGE_KIND_UNDELETED,
    pb.CHANGE_KIND_EXPIRED,
)
ENTERED, LEFT, STAYED = (
    pb.VIEW_CHANGE_ENTERED,
    pb.VIEW_CHANGE_LEFT,
    pb.VIEW_CHANGE_UNSPECIFIED,
)


def item(item_id: str, name: str, revision: int, *, is_deleted: bool = False) -> pb.Item:
    made = pb.Item(id=item_id, name=name, revision=revision)
    if is_deleted:
        made.delete_time.FromSeconds(revision)
    return made


def commit(revision: int, *changes: tuple[pb.ChangeKind.ValueType, pb.Item]) -> pb.ItemChanges:
    made = pb.ItemChanges(revision=revision, actor="somebody")
    for kind, changed in changes:
        made.changes.add(kind=kind, item=changed)
    return made


A1, B1 = item("a", "red", 1), item("b", "blue", 1)
A2, A3 = item("a", "blue", 2), item("a", "blue", 3, is_deleted=True)
A4, B5 = item("a", "blue", 4), item("b", "red", 5)

COMMITS = (
    commit(1, (CREATED, A1), (CREATED, B1)),
    commit(2, (UPDATED, A2)),
    commit(3, (DELETED, A3)),
    commit(4, (UNDELETED, A4)),
    commit(5, (UPDATED, B5)),
)
TABLE = Table("store", COMMITS)
ALL = View()
BLUE = View("name = blue", lambda found: found.name == "blue")


def told(commits: Iterable[pb.ItemChanges]) -> list[str]:
    """What is wrong if a watch of everything tells *commits*."""
    return about_watch(ALL, Told(commits=[*commits]), TABLE)


def without(revision: int) -> list[pb.ItemChanges]:
    return [each for each in COMMITS if each.revision != revision]


def events(*places: tuple[int, int]) -> list[Published]:
    """What a relay publishes of the changes at *places*."""
    return [_event(*place) for place in places]


def _event(revision: int, ordinal: int) -> Published:
    kinds = {CREATED: "created", UPDATED: "updated", DELETED: "deleted", UNDELETED: "undeleted"}
    change = COMMITS[revision - 1].changes[ordinal]
    kind = f"items.v1.item.{kinds[change.kind]}"
    return Published(f"store/{revision}/{ordinal}", kind, change.item.id, change.item)


EVENTS = events((1, 0), (1, 1), (2, 0), (3, 0), (4, 0), (5, 0))


def test_a_watch_that_tells_the_table_has_no_complaints() -> None:
    assert told(COMMITS) == []


def test_a_revision_that_was_not_told_is_found() -> None:
    assert told(without(3)) == ["revision 3 is missing"]


def test_a_revision_that_was_not_told_at_the_end_is_found() -> None:
    assert told(COMMITS[:4]) == ["revision 5 is missing"]


def test_a_revision_that_was_told_twice_is_found() -> None:
    assert told([*COMMITS, COMMITS[4]]) == ["5 comes after 5"]


def test_a_revision_that_was_told_late_is_found() -> None:
    assert told([*without(2), COMMITS[1]]) == ["2 comes after 5"]


def test_a_revision_that_nobody_wrote_is_found() -> None:
    assert told([*COMMITS, commit(6, (UPDATED, A4))]) == ["revision 6 is not in the table"]


def test_a_change_that_was_left_out_is_found() -> None:
    (found,) = told([commit(1, (CREATED, A1)), *COMMITS[1:]])
    assert found.startswith("revision 1 is told as ")


def test_changes_in_another_order_are_found() -> None:
    (found,) = told([commit(1, (CREATED, B1), (CREATED, A1)), *COMMITS[1:]])
    assert found.startswith("revision 1 is told as ")


def test_an_item_that_is_told_otherwise_is_found() -> None:
    (found,) = told([COMMITS[0], commit(2, (UPDATED, item("a", "green", 2))), *COMMITS[2:]])
    assert found.startswith("revision 2 is told as ")


def blue(revision: int, kind: pb.ChangeKind.ValueType, after: pb.Item, view: int) -> pb.ItemChanges:
    made = commit(revision, (kind, after))
    made.changes[0].view_change = pb.ViewChange.ValueType(view)
    return made


BLUE_COMMITS = (
    blue(1, CREATED, B1, ENTERED),
    blue(2, UPDATED, A2, ENTERED),
    blue(3, DELETED, A3, LEFT),
    blue(4, UNDELETED, A4, ENTERED),
    blue(5, UPDATED, B5, LEFT),
)


def test_a_watch_with_a_filter_tells_what_enters_and_leaves_the_view() -> None:
    assert about_watch(BLUE, Told(commits=[*BLUE_COMMITS]), TABLE) == []


def test_an_item_that_is_not_told_to_leave_the_view_is_found() -> None:
    wrong = [*BLUE_COMMITS[:4], blue(5, UPDATED, B5, STAYED)]
    (found,) = about_watch(BLUE, Told(commits=wrong), TABLE)
    assert found.startswith("revision 5 is told as ")


def test_a_change_that_does_not_match_the_filter_is_found() -> None:
    red = commit(6, (CREATED, item("c", "red", 6)))
    table = Table("store", (*COMMITS, red))
    assert about_watch(BLUE, Told(commits=[*BLUE_COMMITS, red]), table) == [
        "revision 6 is not in the table"
    ]


def test_a_watch_with_previous_versions_tells_them() -> None:
    view = View(previous=True)
    commits = [pb.ItemChanges.FromString(each.SerializeToString()) for each in COMMITS]
    for number, before in ((1, A1), (2, A2), (3, A3), (4, B1)):
        commits[number].changes[0].previous.CopyFrom(before)
    assert about_watch(view, Told(commits=commits), TABLE) == []
    commits[2].changes[0].previous.CopyFrom(A1)
    (found,) = about_watch(view, Told(commits=commits), TABLE)
    assert found.startswith("revision 3 is told as ")


def test_an_item_that_expired_is_no_previous_version() -> None:
    again = item("a", "green", 5)
    table = Table("store", (*COMMITS[:3], commit(4, (EXPIRED, A3)), commit(5, (CREATED, again))))
    told_of = Told(3, [B1], list(table.commits[3:]))
    told_of.commits[0] = pb.ItemChanges.FromString(told_of.commits[0].SerializeToString())
    told_of.commits[0].changes[0].previous.CopyFrom(A3)
    assert about_watch(View(previous=True), told_of, table) == []


def test_a_watch_with_a_snapshot_goes_on_behind_it() -> None:
    assert about_watch(ALL, Told(2, [A2, B1], [*COMMITS[2:]]), TABLE) == []
    assert about_watch(BLUE, Told(3, [B1], [*BLUE_COMMITS[3:]]), TABLE) == []


def test_an_item_that_is_not_in_the_snapshot_is_found() -> None:
    assert about_watch(ALL, Told(2, [A2], [*COMMITS[2:]]), TABLE) == [
        "in the snapshot of 2, item b is missing"
    ]


def test_an_item_that_the_snapshot_should_not_have_is_found() -> None:
    assert about_watch(ALL, Told(3, [A3, B1], [*COMMITS[3:]]), TABLE) == [
        "in the snapshot of 3, item a is not in the table"
    ]


def test_an_item_that_the_snapshot_has_twice_is_found() -> None:
    assert about_watch(ALL, Told(2, [A2, A2, B1], [*COMMITS[2:]]), TABLE) == [
        "the snapshot of 2 has an item twice"
    ]


def test_a_revision_that_the_snapshot_holds_already_is_found() -> None:
    assert about_watch(ALL, Told(2, [A2, B1], [*COMMITS[1:]]), TABLE) == [
        "revision 2 is not in the table"
    ]


def test_a_broker_that_has_every_change_has_no_complaints() -> None:
    assert about_broker(EVENTS, TABLE) == []


def test_a_broker_may_have_changes_again() -> None:
    assert about_broker([*EVENTS[:4], *EVENTS[1:]], TABLE) == []


def test_a_change_that_a_broker_has_not_is_found() -> None:
    assert about_broker([*EVENTS[:3], *EVENTS[4:]], TABLE) == ["event store/3/0 is missing"]


def test_a_change_that_first_appears_late_is_found() -> None:
    assert about_broker([*EVENTS[:2], EVENTS[3], EVENTS[2], *EVENTS[3:]], TABLE) == [
        "2 comes after 3"
    ]


def test_an_event_of_no_change_is_found() -> None:
    foreign = Published("other/1/0", "items.v1.item.created", "a", A1)
    assert about_broker([*EVENTS, foreign], TABLE) == ["event other/1/0 is not in the table"]


def test_an_event_that_says_something_else_is_found() -> None:
    wrong = Published("store/5/0", "items.v1.item.deleted", "b", B5)
    (found,) = about_broker([*EVENTS[:5], wrong], TABLE)
    assert found.startswith("event store/5/0 is told as ")


def test_an_event_that_comes_again_with_another_item_is_found() -> None:
    wrong = Published("store/5/0", "items.v1.item.updated", "b", B1)
    assert about_broker([*EVENTS, wrong], TABLE) == ["event store/5/0 is repeated, and differs"]
