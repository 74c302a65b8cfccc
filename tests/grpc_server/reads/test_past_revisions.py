"""Which revision the store had some time ago."""

import pytest

from grpc_server.reads.past_revisions import Past


class Seconds:
    """A clock that is moved by hand."""

    now = 100.0

    def __call__(self) -> float:
        """The seconds."""
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


def test_before_the_beginning_it_was_as_at_the_beginning(clock: Seconds) -> None:
    past = Past(7, 10, clock)
    assert past.revision == 7


def test_what_is_newer_than_the_time_is_not_asked_for(clock: Seconds) -> None:
    past = Past(7, 10, clock)
    clock.now += 1
    past.note(8)
    clock.now += 9.9
    assert past.revision == 7


def test_what_was_there_at_the_time_is(clock: Seconds) -> None:
    past = Past(7, 10, clock)
    for revision in (8, 9, 12):
        clock.now += 1
        past.note(revision)
    seen = []
    for _ in range(4):
        seen.append(past.revision)
        clock.now += 3
    assert seen == [7, 7, 7, 9]
    clock.now += 3
    assert past.revision == 12


def test_of_notes_in_a_hurry_one_stands_for_the_others(clock: Seconds) -> None:
    past = Past(7, 10, clock)
    clock.now += 1
    past.note(8)
    clock.now += 0.01
    past.note(9)
    clock.now += 20
    assert past.revision == 8
