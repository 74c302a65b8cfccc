"""Where the parts of the service listen."""

from contextlib import ExitStack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from items_cli.errors import Failure
from items_cli.processes.places import Place, hold, metrics_places
from items_runtime.address import Address

HOSTS = st.sampled_from(["127.0.0.1", "127.0.0.2", "0.0.0.0", "::1", "::"])  # noqa: S104  # named
PORTS = st.integers(min_value=0, max_value=3)


@given(HOSTS, PORTS, HOSTS, PORTS)
def test_two_parts_meet_at_one_port_of_one_host_or_of_all(
    one: str, port: int, other: str, also: int
) -> None:
    places = Place(Address(one, port), "A", "a"), Place(Address(other, also), "B", "b")
    meet = port == also != 0 and (one == other or bool({one, other} & {"0.0.0.0", "::"}))  # noqa: S104
    assert places[0].overlaps(places[1]) is meet
    assert places[1].overlaps(places[0]) is meet


def test_workers_show_their_metrics_behind_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITEMS_GRPC_METRICS", "[::1]:9464")
    places = metrics_places("ITEMS_GRPC_METRICS", ["one", "two", "three"])
    assert [str(place.address) for place in places] == ["[::1]:9464", "[::1]:9465", "[::1]:9466"]


def test_port_0_is_a_free_one_for_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITEMS_GRPC_METRICS", "127.0.0.1:0")
    with ExitStack() as claims:
        held = hold(metrics_places("ITEMS_GRPC_METRICS", ["one", "two"]), claims)
        assert held["one"].port != held["two"].port
        assert 0 not in {address.port for address in held.values()}


def test_ports_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ITEMS_GRPC_METRICS", "127.0.0.1:65535")
    with pytest.raises(Failure, match="ITEMS_GRPC_METRICS: 2 parts need"):
        metrics_places("ITEMS_GRPC_METRICS", ["one", "two"])


def test_nothing_is_shown_unless_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ITEMS_GRPC_METRICS", raising=False)
    assert metrics_places("ITEMS_GRPC_METRICS", ["one"]) == []
