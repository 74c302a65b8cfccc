"""The budget of held bytes, and the room for connections: who pays when there is no more."""

from hypothesis import given
from hypothesis import strategies as st

from rest_facade.http.budget import SMALL, Budget, Holding
from rest_facade.sockets.connections import MOST_LINGERING, Connections

MOST = 1_000_000


class Clock:
    """A clock that stands still."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Client:
    """A connection, and whether it was given up."""

    def __init__(self) -> None:
        self.given_up = 0
        self.holding = Holding(self.end)

    def end(self) -> None:
        self.given_up += 1

    make_room = end


@given(
    st.lists(
        st.tuples(st.integers(0, 9), st.integers(0, MOST * 2), st.sampled_from([0, 0, 1])),
        max_size=60,
    )
)
def test_never_more_is_held_and_who_holds_little_is_never_given_up(
    steps: list[tuple[int, int, int]],
) -> None:
    clock, clients = Clock(), [Client() for _ in range(10)]
    budget = Budget(MOST, clock)
    for number, size, seconds in steps:
        clock.now += seconds
        client = clients[number]
        others = [(each, each.holding.size) for each in clients if each is not client]
        budget.resize(client.holding, size)
        assert budget.held <= MOST
        assert budget.held == sum(each.holding.size for each in clients)
        assert all(each.holding.size in {0, before} for each, before in others)
        if size <= SMALL:
            assert client.holding.size == 0


def test_who_has_held_most_for_longest_pays() -> None:
    clock, slow, fast, new = Clock(), Client(), Client(), Client()
    budget = Budget(MOST, clock)
    budget.resize(slow.holding, 400_000)
    clock.now = 10
    budget.resize(fast.holding, 500_000)
    clock.now = 11
    budget.resize(new.holding, 200_000)
    assert (slow.given_up, fast.given_up, new.given_up) == (1, 0, 0)


def test_what_is_worked_on_is_kept_and_who_comes_then_pays() -> None:
    clock, working, new = Clock(), Client(), Client()
    budget = Budget(MOST, clock)
    budget.resize(working.holding, 900_000)
    budget.keep(working.holding)
    clock.now = 10
    budget.resize(new.holding, 200_000)
    assert (working.given_up, new.given_up) == (0, 1)
    budget.resize(working.holding, 0)
    budget.resize(new.holding, 200_000)
    assert (new.given_up, budget.held) == (1, 200_000)


def test_the_connection_that_waited_longest_makes_room() -> None:
    connections, first, second, third = Connections(2), Client(), Client(), Client()
    assert connections.admit(first)
    assert connections.admit(second)
    connections.wait(first)
    assert connections.admit(third)
    assert (first.given_up, second.given_up) == (0, 1)


def test_a_connection_with_a_call_under_way_is_never_closed_for_another() -> None:
    connections, working, new = Connections(1), Client(), Client()
    connections.admit(working)
    connections.work(working)
    assert not connections.admit(new)
    connections.close(working)
    assert connections.admit(new)
    assert working.given_up == 0


def test_only_some_may_take_their_time_to_read_why() -> None:
    connections, refused = Connections(1), [Client() for _ in range(MOST_LINGERING + 1)]
    assert [connections.linger(each) for each in refused] == [True] * MOST_LINGERING + [False]
    connections.close(refused[0])
    assert connections.linger(refused[-1])
