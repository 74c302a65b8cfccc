"""Which index a list uses at a million items, and that it sorts nothing that is large."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from pysqlite3 import dbapi2

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
from grpc_server.database.store import Commit, Store
from items.v1 import items_pb2 as pb
from tests.grpc_server.database.connections import statements_sent
from tests.grpc_server.database.histories import NOON, change, page

BY_ID = "USING INDEX sqlite_autoindex_items_1"
BY_NAME = "INDEX items_by_name (name"
BY_LABEL = "item_labels USING PRIMARY KEY (key=? AND value=?"
SORT = "USE TEMP B-TREE"

FILL = """
PRAGMA synchronous = OFF;
PRAGMA cache_size = -200000;
BEGIN;
WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999999)
INSERT INTO items (id, revision, name, labels, attributes, payload)
SELECT printf('item-%06d', n), n, printf('name %06d', n), '{}', '{}', x'' FROM numbers;
INSERT INTO item_labels SELECT 'common', 'yes', id FROM items;
INSERT INTO item_labels VALUES ('rare', 'yes', 'item-999999');
COMMIT;
"""

COMMON = Comparison(Label("common"), Operator.EQUAL, "yes")
RARE = Comparison(Label("rare"), Operator.EQUAL, "yes")
FIRST_TEN = Comparison(Column.REVISION, Operator.LESS, 10)
ALL_NAMES = Matches(Column.NAME, ("name", ""))


@dataclass(frozen=True)
class Million:
    """A store of a million items, and another connection to it."""

    store: Store
    connection: dbapi2.Connection

    def plan(self, query: ItemQuery) -> str:
        """Give SQLite's plan for what is really asked for a page."""
        with statements_sent() as sent:
            page(self.store, query)
        return self.explained(sent[-1:])

    def explained(self, sent: Iterable[tuple[str, Any]]) -> str:
        """Give SQLite's plan for each statement in *sent* that reads or writes."""
        return "\n".join(
            row[-1]
            for statement, parameters in sent
            if not statement.startswith("BEGIN")
            for row in self.connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
        )


@pytest.fixture(scope="module")
def million(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Million]:
    """All items have one label, and the last one has another."""
    path = tmp_path_factory.mktemp("million") / "items.db"
    open_store(f"sqlite:///{path}").close()
    connection = dbapi2.connect(path, isolation_level=None)
    connection.executescript(FILL)
    store = open_store(f"sqlite:///{path}")
    yield Million(store, connection)
    store.close()
    connection.close()


def test_the_default_order_walks_the_index_on_ids(million: Million) -> None:
    plan = million.plan(ItemQuery(50))
    assert BY_ID in plan
    assert SORT not in plan


def test_a_later_page_starts_where_the_one_before_ended(million: Million) -> None:
    assert f"{BY_ID} (id>?)" in million.plan(ItemQuery(50, after=("item-500000",)))


def test_equality_on_id_is_a_lookup(million: Million) -> None:
    assert f"{BY_ID} (id=?)" in million.plan(_where(_equal(Column.ID, "item-500000")))


def test_equality_on_name_is_a_lookup(million: Million) -> None:
    plan = million.plan(_where(_equal(Column.NAME, "name 500000")))
    assert f"{BY_NAME}=?)" in plan
    assert SORT not in plan


def test_a_prefix_of_few_names_is_looked_up(million: Million) -> None:
    plan = million.plan(_where(Matches(Column.NAME, ("name 50000", ""))))
    assert f"{BY_NAME}>? AND name<?)" in plan
    assert SORT not in plan


def test_a_prefix_of_a_million_names_is_not_sorted(million: Million) -> None:
    """Nearly every item matches, so that the first fifty by id are soon found."""
    plan = million.plan(_where(ALL_NAMES))
    assert BY_ID in plan
    assert SORT not in plan


def test_a_prefix_in_the_order_of_names_walks_the_index_on_names(million: Million) -> None:
    order = (Order(Column.NAME), Order(Column.ID))
    query = ItemQuery(50, ALL_NAMES, order)
    plan = million.plan(query)
    assert f"{BY_NAME}>? AND name<?)" in plan
    assert SORT not in plan


def test_a_label_that_a_million_items_have_is_not_sorted(million: Million) -> None:
    plan = million.plan(_where(COMMON))
    assert BY_LABEL in plan
    assert SORT not in plan
    assert "SCAN items" not in plan


def test_a_later_page_of_a_label_starts_where_the_one_before_ended(million: Million) -> None:
    query = ItemQuery(50, COMMON, after=("item-500000",))
    assert f"{BY_LABEL} AND item_id>?)" in million.plan(query)


@pytest.mark.parametrize(
    "condition",
    [
        And((COMMON, RARE)),
        Or((RARE, Comparison(Column.NAME, Operator.EQUAL, "name 000001"))),
        And((Not(Present(Attribute(("a",)))), RARE)),
        And((ALL_NAMES, RARE)),
    ],
)
def test_what_few_items_have_is_looked_up_whatever_else_is_asked(
    million: Million, condition: Condition
) -> None:
    plan = million.plan(_where(condition))
    assert BY_LABEL in plan
    assert f"{BY_ID} (id=?)" in plan
    assert "SCAN items" not in plan


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (And((COMMON, FIRST_TEN)), 10),
        (And((ALL_NAMES, FIRST_TEN)), 10),
        (And((COMMON, ALL_NAMES, FIRST_TEN)), 10),
        (And((RARE, FIRST_TEN)), 0),
        (And((COMMON, RARE)), 1),
        (Or((RARE, Comparison(Column.NAME, Operator.EQUAL, "name 000001"))), 2),
        (Or((FIRST_TEN, RARE)), 11),
    ],
)
def test_an_index_only_leads_to_what_is_then_checked(
    million: Million, condition: Condition, expected: int
) -> None:
    assert len(page(million.store, _where(condition)).items) == expected


def test_many_ids_are_looked_up(million: Million) -> None:
    with statements_sent() as sent, million.store.read() as reading:
        assert len(reading.items(["item-000000", "item-999999", "none"])) == 1
    assert f"{BY_ID} (id=?)" in million.explained(sent)


def test_the_past_of_an_item_is_looked_up(million: Million) -> None:
    with statements_sent() as sent, million.store.read() as reading:
        reading.item_at("item-000000", 7)
        reading.revisions("item-000000", 7, 50)
    plan = million.explained(sent)
    assert plan.count("changes_by_item (item_id=? AND revision<?)") == 2
    assert SORT not in plan


def test_what_expires_is_looked_up(million: Million) -> None:
    with statements_sent() as sent, million.store.write() as writing:
        writing.expired_items(NOON, 50)
        writing.expired_answers(NOON, 50)
    plan = million.explained(sent)
    assert "items_by_expiry (expire_time>? AND expire_time<?)" in plan
    assert "request_ids_by_expiry (expire_time<?)" in plan
    assert SORT not in plan


def test_what_is_compacted_is_looked_up(million: Million) -> None:
    with million.store.write() as writing:
        start = writing.head().revision
        writing.save(Commit([change(start + n, pb.Item(id="vim", revision=n)) for n in (1, 2, 3)]))
    with statements_sent() as sent, million.store.write() as writing:
        writing.oldest_changes(50)
        assert writing.compact(start + 3) == 1
    statements = [(text, each[0] if isinstance(each, list) else each) for text, each in sent]
    plan = million.explained(statements)
    assert plan.count("changes USING INDEX sqlite_autoindex_changes_1 (revision>?") == 2
    assert "changes USING INDEX changes_by_item (item_id=? AND revision<?)" in plan
    assert SORT not in plan


def _equal(target: Column, value: str) -> Comparison:
    return Comparison(target, Operator.EQUAL, value)


def _where(condition: Condition) -> ItemQuery:
    return ItemQuery(50, condition)
