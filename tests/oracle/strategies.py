"""Items and questions for property tests, from few values so that they often meet."""

from typing import Any

from hypothesis import strategies as st

from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    Contains,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Order,
    Present,
)
from grpc_server.filters.matching import moment
from items.v1 import items_pb2 as pb

TEXTS = [
    *("", "a", "A", "ab", "abc", "b", "é", "e\u0301", "z", "\ud7ff", "\ue000", "\uffff", "😀"),
    *("\U0010ffff", "a\U0010ffff", "%", "_", "*", "?", "[", "]", "[a]", "a*b", "^", "\\", "'"),
    *('"', "a b", "true", "1", "null", "[1]", "{}", "\n", "\x01"),
]
KEYS = [
    *("", "a", "b", "a.b", 'a"b', "a'b", "a\\b", "[0]", "a[0]", "é", "😀", "$", "#", "*", "\n"),
    *("\u2028", "\x7f", "0", '"', "\\", '\\"', "a\\u0062", "\ufeff"),
]
NUMBERS = [
    *(0.0, -0.0, 1.0, -1.0, 0.5, 1e22, 5e-324, 1.7976931348623157e308, 2.0**53, 2.0**63),
]
LABELS = ["a", "section", "a.b/c-d", "0"]

_SECONDS = [0, 1, -1, 1_700_000_000, 253_402_300_799, -62_135_596_800]
_NANOS = [0, 1, 999, 1000, 999_999_999]

likely_texts = st.sampled_from(["a", "ab"])
texts = likely_texts | st.sampled_from(TEXTS)
keys = st.sampled_from(KEYS)
moments = st.builds(moment, st.sampled_from(_SECONDS), st.sampled_from(_NANOS))
scalars = st.one_of(texts, st.sampled_from(NUMBERS), st.booleans(), st.none())
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def items(draw: st.DrawFn, item_id: str) -> pb.Item:
    """An item with this id, whatever else it has; its revision is still to be given."""
    item = pb.Item(id=item_id)
    if draw(st.booleans()):
        item.name = draw(texts)
    if draw(st.booleans()):
        item.description = draw(texts)
    item.labels.update(draw(st.dictionaries(st.sampled_from(LABELS), texts, max_size=3)))
    if draw(st.booleans()):
        item.labels["a"] = draw(likely_texts)
    if draw(st.booleans()):
        item.attributes.update(draw(st.dictionaries(keys, values, max_size=4)))
    for time in (item.create_time, item.update_time, item.delete_time, item.expire_time):
        if draw(st.booleans()):
            time.seconds = draw(st.sampled_from(_SECONDS))
            time.nanos = draw(st.sampled_from(_NANOS))
    return item


text_columns = st.sampled_from([Column.ID, Column.NAME, Column.DESCRIPTION])
time_columns = st.sampled_from(
    [Column.CREATE_TIME, Column.UPDATE_TIME, Column.DELETE_TIME, Column.EXPIRE_TIME]
)
labels = st.builds(Label, st.sampled_from([*LABELS, "none"]))
attributes = st.builds(Attribute, st.lists(keys, min_size=1, max_size=2).map(tuple))
targets = st.one_of(st.sampled_from(Column), labels, attributes)
operators = st.sampled_from(Operator)
numbers = st.sampled_from([*NUMBERS, 0, 1, 2**53 + 1, 2**63, 10**400, -(10**400)])
revisions = st.integers(0, 40) | st.sampled_from([2**63, -(2**63), 2**80])
null_operators = st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL])

comparisons = st.one_of(
    st.builds(Comparison, text_columns, operators, texts),
    st.builds(Comparison, time_columns, operators, moments),
    st.builds(Comparison, st.just(Column.REVISION), operators, revisions),
    st.builds(Comparison, labels, operators, texts),
    st.builds(Comparison, attributes, operators, st.one_of(texts, numbers, st.booleans())),
    st.builds(Comparison, attributes, null_operators, st.none()),
)
patterns = st.builds(
    Matches,
    st.one_of(text_columns, labels, attributes),
    st.lists(texts | st.just(""), min_size=1, max_size=4).map(tuple),
)
containments = st.builds(Contains, attributes, scalars)
presences = st.builds(Present, targets)
leaves = st.one_of(comparisons, patterns, containments, presences)


indexed = st.one_of(
    st.builds(Comparison, st.just(Label("a")), st.just(Operator.EQUAL), likely_texts),
    st.builds(Comparison, st.just(Column.NAME), operators, likely_texts),
    st.builds(Comparison, st.just(Column.ID), st.just(Operator.EQUAL), st.just("item-0")),
    st.builds(Matches, st.just(Column.NAME), st.tuples(likely_texts, st.just(""))),
)
"""What an index may be chosen for."""


def _combined(inner: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    terms = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(st.builds(Not, inner), st.builds(And, terms), st.builds(Or, terms))


conditions: st.SearchStrategy[Condition] = st.one_of(
    st.recursive(leaves, _combined, max_leaves=8),
    st.recursive(indexed, _combined, max_leaves=8),
    st.builds(And, st.tuples(indexed, leaves)),
    st.builds(Or, st.tuples(indexed, indexed)),
)

orders: st.SearchStrategy[tuple[Order, ...]] = st.builds(
    lambda keys, last: (*keys, last),
    st.lists(st.builds(Order, targets, st.booleans()), max_size=3),
    st.builds(Order, st.just(Column.ID), st.booleans()),
)
