import json
from typing import Any

import pytest
from google.protobuf import json_format

from items_cli.importing.item_line import RefusedLine, parse_item
from items_cli.importing.lines import Line

DEEP = '{"b":' * 500 + "1" + "}" * 500


def parsed(content: bytes | str) -> dict[str, Any]:
    raw = content.encode() if isinstance(content, str) else content
    return json_format.MessageToDict(parse_item(Line(1, raw)))


def test_a_line_is_an_item_in_proto_json() -> None:
    item = {
        "id": "vim",
        "name": "Vim",
        "description": "An editor",
        "labels": {"section": "editors"},
        "attributes": {"major": 9, "tags": ["a", None], "deep": {"b": True}},
    }
    assert parsed(json.dumps(item)) == item


@pytest.mark.parametrize("number", ["12", "12.0", "1.2e1"])
def test_a_whole_number_as_id_is_read_as_text(number: str) -> None:
    assert parsed(f'{{"id": {number}, "name": "x"}}')["id"] == "12"


def test_null_is_no_value() -> None:
    assert parsed('{"id": "a", "name": "x", "labels": null}') == {"id": "a", "name": "x"}


def test_what_the_service_sets_is_left_out() -> None:
    times = '"createTime": "x", "update_time": "x"'
    line = f'{{"id": "a", "name": "x", "etag": "7", "revision": "7", {times}}}'
    assert parsed(line) == {"id": "a", "name": "x"}


UNKNOWN = "is not a field of an item"
NO_JSON = "cannot be read as JSON"
TOO_LARGE = "must be a number that a double can hold; send it as text"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a"', f"{NO_JSON}: EOF while parsing an object at column 10"),
        ("vim", f"{NO_JSON}: expected value at column 1"),
        ("[" * 100_000, f"{NO_JSON}: recursion limit exceeded at column 202"),
        ('{"id": "a", "id": "b"}', f'{NO_JSON}: the key "id" stands twice in an object'),
        ('{"id": "a", "labels": {"b": "", "b": ""}}', 'the key "b" stands twice in an object'),
        (f'{{"id": "a", "attributes": {{"b": {"9" * 5000}}}}}', "number out of range at column"),
        ('{"id": "a", "name": "\\ud800"}', f"{NO_JSON}: unexpected end of hex escape at column 28"),
        ('[{"id": "a", "name": "x"}]', "not an item: must be an object"),
        ("null", "not an item: must be an object"),
        ('{"id": "a", "name": "x", "nme": "x"}', f"nme: {UNKNOWN}; did you mean name?"),
        (
            '{"id": "a", "name": "x", "y": 1}',
            f"y: {UNKNOWN}; it has id, name, description, labels, attributes",
        ),
        (
            '{"id": "a", "name": "x", "createTime": 1, "create_time": 1}',
            "create_time: is given as createTime too",
        ),
        ('{"name": "x"}', "id: is required"),
        ('{"id": "", "name": "x"}', "id: is required"),
        ('{"id": null, "name": "x"}', "id: is required"),
        ('{"id": true, "name": "x"}', "id: must be a string"),
        ('{"id": 1.5, "name": "x"}', "id: must be a string"),
        ('{"id": 9007199254740993.0, "name": "x"}', "id: must be a string"),
        ('{"id": "A", "name": "x"}', "id: must be 1 to 128 lower-case letters"),
        ('{"id": "a"}', "name: is required"),
        ('{"id": "a", "name": 7}', "name: must be a string"),
        ('{"id": "a", "name": "x", "labels": []}', "labels: must be an object"),
        ('{"id": "a", "name": "x", "labels": {"b": 1}}', 'labels["b"]: must be a string'),
        ('{"id": "a", "name": "x", "attributes": "x"}', "attributes: must be an object"),
        (
            '{"id": "a", "name": "x", "attributes": {"b": NaN}}',
            f'attributes["b"]: {TOO_LARGE}',
        ),
        (
            '{"id": "a", "name": "x", "attributes": {"b": [0, 1e999]}}',
            f'attributes["b"][1]: {TOO_LARGE}',
        ),
        (
            f'{{"id": "a", "name": "x", "attributes": {{"b": {"9" * 400}}}}}',
            f'attributes["b"]: {TOO_LARGE}',
        ),
        (
            '{"id": "a", "name": "x", "attributes": {"b": {"c": 9007199254740993}}}',
            'attributes["b"]["c"]: would be rounded to 9007199254740992; send it as text',
        ),
        (
            f'{{"id": "a", "name": "x", "attributes": {DEEP}}}',
            "must not be nested more than 32 deep",
        ),
        (
            '{"id": "a", "name": "x", "deleteTime": "2026-01-01T00:00:00Z"}',
            "delete_time: the item is deleted; to restore it, remove this field",
        ),
        ('{"id": "A", "name": 7}', "; name: must be a string"),
    ],
)
def test_what_is_no_item_is_refused_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(RefusedLine) as raised:
        parsed(line)
    assert reason in str(raised.value)


def test_a_line_that_is_not_utf_8_is_refused_with_the_place() -> None:
    with pytest.raises(RefusedLine, match="invalid unicode code point at column 9"):
        parsed(b'{"id": "\xff"}')


def test_a_line_that_was_cut_is_refused() -> None:
    with pytest.raises(RefusedLine, match="longer than 1 MiB"):
        parse_item(Line(1, b'{"id": "a"', whole=False))


def test_a_line_with_more_elements_than_any_request_has_is_refused() -> None:
    many = ",".join("1" for _ in range(300_000))
    with pytest.raises(RefusedLine, match="more than 100,000 keys and elements"):
        parsed(f'{{"id": "a", "name": "x", "attributes": {{"b": [{many}]}}}}')
