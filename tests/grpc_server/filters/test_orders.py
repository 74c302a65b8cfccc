import pytest
from buf.validate import validate_pb2
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.query import Attribute, Column, Label, Order, Target
from grpc_server.filters.orders import MAX_CHARACTERS, MAX_KEYS, parse_order_by
from grpc_server.items.errors import InvalidOrderBy
from items.v1 import items_pb2 as pb

BY_ID = Order(Column.ID)

TARGETS: dict[str, Target] = {
    "name": Column.NAME,
    "createTime": Column.CREATE_TIME,
    "update_time": Column.UPDATE_TIME,
    "revision": Column.REVISION,
    "labels.a/b.c": Label("a/b.c"),
    'labels."x,y"': Label("x,y"),
    "attributes.a.b": Attribute(("a", "b")),
    "attributes.`a, b desc`": Attribute(("a, b desc",)),
}


def refusal(text: str) -> str:
    with pytest.raises(InvalidOrderBy) as caught:
        parse_order_by(text)
    (violation,) = caught.value.violations
    assert violation.field == "order_by"
    return violation.description


@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_a_blank_order_is_by_id(blank: str) -> None:
    assert parse_order_by(blank) == (BY_ID,)


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("name", (Order(Column.NAME), BY_ID)),
        ("name asc", (Order(Column.NAME), BY_ID)),
        ("  name   ASC  ", (Order(Column.NAME), BY_ID)),
        ("name desc", (Order(Column.NAME, descending=True), Order(Column.ID, descending=True))),
        (
            "name desc,revision",
            (Order(Column.NAME, descending=True), Order(Column.REVISION), BY_ID),
        ),
        ("labels.a/b.c", (Order(Label("a/b.c")), BY_ID)),
        ('attributes.a."b, c"', (Order(Attribute(("a", "b, c"))), BY_ID)),
        ("id desc", (Order(Column.ID, descending=True),)),
    ],
)
def test_keys_are_read_in_order_and_the_id_follows(text: str, order: tuple[Order, ...]) -> None:
    assert parse_order_by(text) == order


def test_keys_after_the_id_are_left_out() -> None:
    assert parse_order_by("name, id desc, revision") == (
        Order(Column.NAME),
        Order(Column.ID, descending=True),
    )


@given(
    st.lists(
        st.tuples(
            st.sampled_from([written for written in TARGETS if "x,y" not in written]),
            st.sampled_from(["", " asc", " desc", "\tDESC "]),
        ),
        min_size=1,
        unique_by=lambda key: key[0],
    ),
    st.sampled_from([",", ", ", " ,\n"]),
)
def test_a_written_order_is_read_as_itself(keys: list[tuple[str, str]], comma: str) -> None:
    order = parse_order_by(comma.join(map("".join, keys)))
    assert order[:-1] == tuple(
        Order(TARGETS[written], descending="desc" in direction.lower())
        for written, direction in keys
    )
    assert order[-1] == Order(Column.ID, descending=order[-2].descending)


PIECES = ["name", "id", ",", " ", "desc", "-", '"', "`", ".", "\\", "\0", "\ud800", "é"]


@given(st.text() | st.lists(st.sampled_from(PIECES)).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        order = parse_order_by(text)
    except InvalidOrderBy:
        return
    assert [key.target for key in order].count(Column.ID) == 1
    assert order[-1].target is Column.ID


@pytest.mark.parametrize(
    ("text", "description"),
    [
        ("nmae", "unknown field `nmae` at 1; did you mean `name`?"),
        ("name, creatTime desc", "unknown field `creatTime` at 7; did you mean `createTime`?"),
        ("name, id, nmae", "unknown field `nmae` at 11; did you mean `name`?"),
        ("name,", "a field is missing at 6"),
        (",name", "a field is missing at 1"),
        ("name,,id", "a field is missing at 6"),
        ("name up", "expected asc or desc, found `up` at 6"),
        ("name, name desc", "`name` is named twice at 7"),
        ("create_time, createTime", "`createTime` is named twice at 14"),
        ("-name", "unexpected `-` at 1; write `desc` after the field"),
        (
            "name desc nulls",
            "cannot read `name desc nulls` at 1; keys are written `name desc, create_time`",
        ),
        ("name:desc", "cannot read `name:desc` at 1; keys are written `name desc, create_time`"),
        ("labels", "`labels` has no order at 1; order by one of its keys, `labels.KEY`"),
        ("attributes..a", 'a key is missing at 12; an empty key is written `""`'),
        ("name\0", "the character U+0000 at 5; no item can hold it"),
    ],
)
def test_a_refusal_says_what_where_and_what_was_meant(text: str, description: str) -> None:
    assert refusal(text) == description


def test_keys_are_bounded() -> None:
    keys = [f"labels.k{number}" for number in range(MAX_KEYS + 1)]
    assert len(parse_order_by(",".join(keys[:-1]))) == MAX_KEYS + 1
    assert refusal(",".join(keys)).startswith("more than 8 keys")


def test_the_length_is_bounded_as_in_the_contract() -> None:
    field = pb.ListItemsRequest.DESCRIPTOR.fields_by_name["order_by"]
    assert field.GetOptions().Extensions[validate_pb2.field].string.max_len == MAX_CHARACTERS
    assert parse_order_by("name".ljust(MAX_CHARACTERS)) == (Order(Column.NAME), BY_ID)
    assert refusal("(" * 100_000).startswith("more than 1024 characters")
