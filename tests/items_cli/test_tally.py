from items.v1 import items_pb2 as pb
from items_cli.importing.tally import Tally


def test_the_summary_says_how_many_how_fast_and_what_came_of_them() -> None:
    times = iter([10.0, 12.0])
    tally = Tally(clock=lambda: next(times))
    for kind in (pb.CHANGE_KIND_CREATED, pb.CHANGE_KIND_CREATED, pb.CHANGE_KIND_UNDELETED):
        tally.written(kind)
    tally.refuse()
    assert tally.summary() == (
        "4 lines in 2.0 s (2 a second): 2 created, 1 brought back, 1 refused"
    )


def test_one_line_is_one() -> None:
    times = iter([0.0, 1.0])
    tally = Tally(clock=lambda: next(times))
    tally.refuse()
    assert tally.summary() == "1 line in 1.0 s (1 a second): 1 refused"


def test_nothing_came_of_nothing() -> None:
    assert Tally().summary() == "0 lines"
