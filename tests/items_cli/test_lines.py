import io

import pytest

from items_cli.importing.lines import Line, read_lines


def lines(content: bytes, limit: int = 8) -> list[Line]:
    return list(read_lines(io.BytesIO(content), limit))


def test_lines_are_counted_from_one() -> None:
    assert lines(b"a\nb\n") == [Line(1, b"a"), Line(2, b"b")]


def test_the_last_line_may_have_no_end() -> None:
    assert lines(b"a\nb") == [Line(1, b"a"), Line(2, b"b")]


def test_an_empty_file_has_no_lines() -> None:
    assert lines(b"") == []


def test_blank_lines_count() -> None:
    assert lines(b"\n\na") == [Line(1, b""), Line(2, b""), Line(3, b"a")]


def test_a_byte_order_mark_and_carriage_returns_are_no_content() -> None:
    assert lines(b"\xef\xbb\xbfa\r\nb\r\n") == [Line(1, b"a"), Line(2, b"b")]


@pytest.mark.parametrize("rest", [b"x", b"x" * 100, b"x" * 8])
def test_a_line_that_is_too_long_is_cut_and_the_next_is_whole(rest: bytes) -> None:
    assert lines(b"12345678" + rest + b"\nb\n") == [
        Line(1, b"12345678", whole=False),
        Line(2, b"b"),
    ]


def test_a_line_that_is_just_short_enough_is_whole() -> None:
    assert lines(b"1234567\nb") == [Line(1, b"1234567"), Line(2, b"b")]
    assert lines(b"12345678") == [Line(1, b"12345678")]


def test_a_line_too_long_at_the_end_of_the_file_is_cut() -> None:
    assert lines(b"123456789") == [Line(1, b"12345678", whole=False)]
