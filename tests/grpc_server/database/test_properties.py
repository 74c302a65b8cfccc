"""The store against the plain meaning of conditions, orders and pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from grpc_server.database import wildcards
from grpc_server.database.queries import access_paths
from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Store
from grpc_server.filters.predicates import matches
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import EXPIRED, change, commit, head, ids, page
from tests.oracle import strategies
from tests.oracle.orders import sort_key

COUNT = 6

catalogues = st.tuples(*(strategies.items(f"item-{place}") for place in range(COUNT)))
queries = st.builds(
    ItemQuery,
    limit=st.integers(1, COUNT),
    where=strategies.conditions,
    order=strategies.orders,
    show_deleted=st.booleans(),
)


@pytest.fixture(scope="module", params=["all-are-few", "two-are-many"])
def few(request: pytest.FixtureRequest) -> Iterator[None]:
    """How many items the store takes for few, so that small stores are read as large ones are.

    Where only two are many, patterns are matched as long ones are.
    """
    with pytest.MonkeyPatch.context() as patch:
        if request.param == "two-are-many":
            patch.setattr(access_paths, "FEW", 2)
            patch.setattr(wildcards, "SHORT", 0)
        yield


def searched(examples: int) -> settings:
    return settings(
        max_examples=examples, deadline=None, suppress_health_check=[HealthCheck.too_slow]
    )


@pytest.mark.usefixtures("few")
@given(catalogues, queries)
@searched(examples=100)
def test_pages_together_are_the_items_that_match_in_order(
    shared_store: Store, catalogue: Sequence[pb.Item], query: ItemQuery
) -> None:
    gives_pages(shared_store, catalogue, query)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("few")
@given(catalogues, queries)
@searched(examples=2000)
def test_pages_of_very_many_queries_are_the_items_that_match_in_order(
    shared_store: Store, catalogue: Sequence[pb.Item], query: ItemQuery
) -> None:
    gives_pages(shared_store, catalogue, query)


def gives_pages(store: Store, catalogue: Sequence[pb.Item], query: ItemQuery) -> None:
    """Check that the pages together are the matching items of *catalogue*, in order."""
    assert query.where is not None
    _fill(store, catalogue)
    shown = [item for item in catalogue if query.show_deleted or not item.HasField("delete_time")]
    expected = [item for item in shown if matches(query.where, item)]
    in_order = sorted(expected, key=lambda item: sort_key(query.order, item))
    assert [ids(items) for items in _pages(store, query)] == _chunks(ids(in_order), query.limit)


def _fill(store: Store, catalogue: Sequence[pb.Item]) -> None:
    """Make the store hold *catalogue* and nothing else."""
    revision = head(store).revision
    for place, item in enumerate(catalogue, start=1):
        item.revision = place
    old = page(store, ItemQuery(limit=COUNT, show_deleted=True)).items
    steps = [
        *((item, EXPIRED) for item in old),
        *((item, pb.CHANGE_KIND_CREATED) for item in catalogue),
    ]
    commit(
        store,
        *(change(revision + place, *step) for place, step in enumerate(steps, start=1)),
    )


def _pages(store: Store, query: ItemQuery) -> Iterator[Sequence[pb.Item]]:
    for _ in range(COUNT):
        answer = page(store, query)
        yield answer.items
        if answer.next is None:
            return
        query = replace(query, after=answer.next)
    raise AssertionError("the pages do not end")


def _chunks(all_ids: list[str], size: int) -> list[list[str]]:
    """Cut into pages; nothing found is one empty page."""
    return [all_ids[start : start + size] for start in range(0, len(all_ids), size)] or [[]]
