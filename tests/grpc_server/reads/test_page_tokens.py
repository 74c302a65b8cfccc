import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from buf.validate import validate_pb2
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.query import Cursor
from grpc_server.items.errors import InvalidOrderBy, InvalidPageToken
from grpc_server.reads.page_tokens import MAX_CHARACTERS, PageTokens
from items.v1 import items_pb2 as pb

TOKENS = PageTokens(bytes(range(32)))
REQUEST = "list: the filter, the order"

VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=50),
    st.datetimes(timezones=st.just(UTC)),
)
CURSORS = st.lists(VALUES, max_size=9).map(tuple)


def refusal(token: str, request: str = REQUEST, tokens: PageTokens = TOKENS) -> str:
    with pytest.raises(InvalidPageToken) as caught:
        tokens.decode(request, token)
    (violation,) = caught.value.violations
    assert violation.field == "page_token"
    return violation.description


@given(CURSORS)
def test_a_cursor_returns_from_its_token_with_its_types(cursor: Cursor) -> None:
    returned = TOKENS.decode(REQUEST, TOKENS.encode(REQUEST, cursor))
    assert returned == cursor
    assert [type(value) for value in returned] == [type(value) for value in cursor]


@pytest.mark.parametrize("value", [-0.0, 5e-324, 1.7976931348623157e308, 0.1 + 0.2])
def test_numbers_return_exactly(value: float) -> None:
    (returned,) = TOKENS.decode(REQUEST, TOKENS.encode(REQUEST, (value,)))
    assert isinstance(returned, float)
    assert returned == value
    assert math.copysign(1, returned) == math.copysign(1, value)


def test_a_moment_of_another_zone_returns_in_utc() -> None:
    moment = datetime(2026, 1, 1, 2, 0, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    (returned,) = TOKENS.decode(REQUEST, TOKENS.encode(REQUEST, (moment,)))
    assert isinstance(returned, datetime)
    assert returned == moment
    assert returned.tzinfo is UTC


@given(CURSORS)
def test_a_token_is_text_that_a_url_takes_as_it_is(cursor: Cursor) -> None:
    token = TOKENS.encode(REQUEST, cursor)
    assert token.replace("-", "").replace("_", "").isalnum()
    assert token.isascii()


def test_a_token_is_the_same_each_time() -> None:
    assert TOKENS.encode(REQUEST, ("a", 1)) == TOKENS.encode(REQUEST, ("a", 1))


def test_a_typical_token_is_short() -> None:
    assert len(TOKENS.encode(REQUEST, ("vim-tiny", "vim-tiny"))) < 80


@given(CURSORS, st.data())
def test_a_token_with_another_character_is_damaged(cursor: Cursor, data: st.DataObject) -> None:
    token = TOKENS.encode(REQUEST, cursor)
    at = data.draw(st.integers(0, len(token) - 1))
    other = data.draw(st.characters(max_codepoint=0x17F).filter(lambda c: c != token[at]))
    assert refusal(token[:at] + other + token[at + 1 :]).startswith("damaged")


def test_no_bit_of_a_token_can_be_flipped() -> None:
    token = TOKENS.encode(REQUEST, ("vim", 7, True))
    for at, character in enumerate(token):
        for bit in range(8):
            flipped = token[:at] + chr(ord(character) ^ (1 << bit)) + token[at + 1 :]
            assert refusal(flipped).startswith("damaged")


@given(st.text() | st.text("abcXYZ019-_=+/ \n"))
def test_any_other_text_is_damaged(text: str) -> None:
    assert refusal(text).startswith("damaged")


TOKEN = TOKENS.encode(REQUEST, ("vim", 7))


@pytest.mark.parametrize(
    "spoilt",
    [
        "",
        TOKEN + "=",
        TOKEN + "\n",
        " " + TOKEN,
        TOKEN + "A",
        TOKEN + "AAAA",
        TOKEN + "\ud800",
        TOKEN[:-1],
        TOKEN[:10],
        TOKEN[4:],
        TOKEN * 1000,
        "A" * 1_000_000,
    ],
)
def test_a_token_that_is_longer_or_shorter_is_damaged(spoilt: str) -> None:
    assert refusal(spoilt).startswith("damaged")


@given(st.text(max_size=20), st.text(max_size=20))
def test_a_token_of_another_request_is_refused_as_such(made_for: str, sent_with: str) -> None:
    token = TOKENS.encode(made_for, ("a",))
    if made_for == sent_with:
        assert TOKENS.decode(sent_with, token) == ("a",)
    else:
        description = refusal(token, request=sent_with)
        assert description.startswith("made for another request")
        assert "filter, order_by and show_deleted" in description


def test_a_token_of_another_store_is_damaged() -> None:
    token = PageTokens(b"another store's key").encode(REQUEST, ("a",))
    assert refusal(token).startswith("damaged")


@pytest.mark.parametrize("size", [0, 15, 65])
def test_a_key_that_cannot_seal_is_refused(size: int) -> None:
    with pytest.raises(ValueError, match="16 to 64 bytes"):
        PageTokens(bytes(size))


def test_values_too_long_to_carry_are_an_order_to_refuse() -> None:
    assert TOKENS.decode(REQUEST, TOKENS.encode(REQUEST, ("x" * 6000,))) == ("x" * 6000,)
    with pytest.raises(InvalidOrderBy, match="too long to continue from"):
        TOKENS.encode(REQUEST, ("x" * 7000,))


@pytest.mark.parametrize("request_type", [pb.ListItemsRequest, pb.ListItemRevisionsRequest])
def test_the_longest_token_is_that_of_the_contract(
    request_type: type[pb.ListItemsRequest | pb.ListItemRevisionsRequest],
) -> None:
    field = request_type.DESCRIPTOR.fields_by_name["page_token"]
    assert field.GetOptions().Extensions[validate_pb2.field].string.max_len == MAX_CHARACTERS
