"""Which index PostgreSQL uses for a list at a million items, and that it sorts nothing large."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import psycopg
import pytest

from grpc_server.database.opening import open_store
from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    ItemQuery,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Order,
    Present,
)
from grpc_server.database.store import RequestKey, Store
from tests import postgresql
from tests.grpc_server.database.connections import statements_sent
from tests.grpc_server.database.histories import NOON, page

BY_ID = "items_key"
BY_NAME = "items_by_name"
BY_LABEL = "item_labels_key"
SCAN = "Seq Scan"
SORT = "Sort"

FILL = """
INSERT INTO items (id, revision, name, labels, attributes, payload)
SELECT 'item-' || lpad(n::text, 6, '0'), n, 'name ' || lpad(n::text, 6, '0'), '{}',
       jsonb_build_object('serial', 'S' || n, 'size', n % 10), ''
FROM generate_series(0, 999999) AS n;
INSERT INTO item_labels SELECT 'common', 'yes', id FROM items;
INSERT INTO item_labels VALUES ('rare', 'yes', 'item-999999');
ANALYZE;
"""

COMMON = Comparison(Label("common"), Operator.EQUAL, "yes")
RARE = Comparison(Label("rare"), Operator.EQUAL, "yes")
ALL_NAMES = Matches(Column.NAME, ("name", ""))
SERIAL = Comparison(Attribute(("serial",)), Operator.EQUAL, "S123456")


@dataclass(frozen=True)
class Million:
    """A store of a million items, and another connection to it."""

    store: Store
    connection: psycopg.Connection[Any]

    def plan(self, query: ItemQuery) -> str:
        """Give PostgreSQL's plan for what is really asked for a page."""
        with statements_sent() as sent:
            page(self.store, query)
        return self.explained(sent[-1:])

    def explained(self, sent: Iterable[tuple[str, Any]]) -> str:
        """Give PostgreSQL's plan for each statement in *sent*."""
        return "\n".join(
            line
            for statement, parameters in sent
            for (line,) in self.connection.execute(f"EXPLAIN {statement}", parameters)
        )


@pytest.fixture(scope="module")
def million() -> Iterator[Million]:
    """All items have one label, and the last one has another."""
    with postgresql.database() as url:
        open_store(url).close()
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(FILL)
            store = open_store(url)
            yield Million(store, connection)
            store.close()


def _where(condition: Condition) -> ItemQuery:
    return ItemQuery(50, condition)


def _equal(column: Column, value: str) -> Condition:
    return Comparison(column, Operator.EQUAL, value)


def test_the_default_order_walks_the_index_on_ids(million: Million) -> None:
    plan = million.plan(ItemQuery(50))
    assert f"using {BY_ID}" in plan
    assert SORT not in plan


def test_a_later_page_starts_where_the_one_before_ended(million: Million) -> None:
    plan = million.plan(ItemQuery(50, after=("item-500000",)))
    assert f"using {BY_ID}" in plan
    assert "Index Cond: (id > 'item-500000'::text" in plan


def test_equality_on_id_and_on_name_are_lookups(million: Million) -> None:
    assert "Index Cond: (id =" in million.plan(_where(_equal(Column.ID, "item-500000")))
    plan = million.plan(_where(_equal(Column.NAME, "name 500000")))
    assert BY_NAME in plan
    assert SCAN not in plan


def test_a_prefix_of_few_names_is_looked_up(million: Million) -> None:
    plan = million.plan(_where(Matches(Column.NAME, ("name 50000", ""))))
    assert BY_NAME in plan
    assert SCAN not in plan


def test_a_prefix_of_a_million_names_is_not_sorted(million: Million) -> None:
    """Nearly every item matches, so that the first fifty by id are soon found."""
    plan = million.plan(_where(ALL_NAMES))
    assert f"using {BY_ID}" in plan
    assert SORT not in plan


@pytest.mark.parametrize("descending", [False, True])
def test_the_order_of_names_walks_the_index_on_names(million: Million, *, descending: bool) -> None:
    order = (Order(Column.NAME, descending), Order(Column.ID, descending))
    for after in (None, ("name 500000", "item-500000")):
        plan = million.plan(ItemQuery(50, order=order, after=after))
        assert f"using {BY_NAME}" in plan
        assert SORT not in plan


def test_a_label_that_a_million_items_have_is_not_sorted(million: Million) -> None:
    for after in (None, ("item-500000",)):
        plan = million.plan(ItemQuery(50, COMMON, after=after))
        assert f"using {BY_LABEL}" in plan
        assert SORT not in plan
        assert SCAN not in plan


@pytest.mark.parametrize(
    "condition",
    [
        And((COMMON, RARE)),
        Or((RARE, _equal(Column.NAME, "name 000001"))),
        And((Not(Present(Attribute(("a",)))), RARE)),
        And((ALL_NAMES, RARE)),
        SERIAL,
        And((COMMON, SERIAL)),
    ],
)
def test_what_few_items_have_is_looked_up_whatever_else_is_asked(
    million: Million, condition: Condition
) -> None:
    assert SCAN not in million.plan(_where(condition))


def test_a_rare_attribute_is_found_by_its_index(million: Million) -> None:
    assert "items_by_attributes" in million.plan(_where(SERIAL))


def test_many_ids_are_looked_up(million: Million) -> None:
    ids = [f"item-{number:06}" for number in range(0, 1_000_000, 10_000)]
    with statements_sent() as sent:
        million.store.snapshot(ids)
        with million.store.read() as reading:
            reading.items(ids)
    plan = million.explained(sent)
    assert plan.count(BY_ID) == 2
    assert "Seq Scan on items" not in plan


def test_history_is_looked_up(million: Million) -> None:
    million.connection.execute("SET enable_seqscan = off")  # the history of this store is empty
    with statements_sent() as sent, million.store.read() as reading:
        reading.item_at("item-000000", 7)
        reading.revisions("item-000000", 7, 50)
        reading.changes(7, 100)
    plan = million.explained(sent)
    million.connection.execute("RESET enable_seqscan")
    assert plan.count("changes_by_item") == 3
    assert plan.count("changes_key") == 2
    assert SORT not in plan


def test_what_has_expired_and_request_ids_are_looked_up(million: Million) -> None:
    million.connection.execute("SET enable_seqscan = off")  # nothing is deleted here
    with statements_sent() as sent, million.store.write() as writing:
        writing.expired_items(NOON, 10)
        writing.expired_answers(NOON, 10)
        writing.answers([RequestKey("ada", "a"), RequestKey("ada", "b")])
    plan = million.explained(sent)
    million.connection.execute("RESET enable_seqscan")
    for index in ("items_by_expiry", "request_ids_by_expiry", "request_ids_key"):
        assert index in plan
