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
    line = '{"id": "a", "etag": "7", "revision": "7", "createTime": "x", "update_time": "x"}'
    assert parsed(line) == {"id": "a"}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"id": "a"', "not JSON: Expecting ',' delimiter at character 11"),
        ("vim", "not JSON: Expecting value at character 1"),
        ('[{"id": "a"}]', 'not an item: [{"id": "a"}] is no JSON object'),
        ("null", "not an item: null is no JSON object"),
        ('{"id": "a", "nme": "x"}', "nme: an item has no such field; did you mean name?"),
        ('{"id": "a", "x": 1}', "x: an item has no such field; it has id, name,"),
        ('{"id": "a", "id": "b"}', "id: the key is there twice"),
        ('{"id": "a", "etag": "", "labels": {"b": "", "b": ""}}', "b: the key is there twice"),
        ('{"id": "a", "createTime": 1, "create_time": 1}', "in both of its spellings"),
        ('{"name": "x"}', "id: it is missing"),
        ('{"id": ""}', "id: it is missing"),
        ('{"id": null}', "id: it is missing"),
        ('{"id": true}', "id: expected text, got 'bool'"),
        ('{"id": 1.5}', "id: expected text, got 'float'"),
        ('{"id": "a", "name": 7}', "name: expected text, got 'int'"),
        ('{"id": "a", "labels": []}', "labels: [] is no JSON object"),
        ('{"id": "a", "labels": {"b": 1}}', "labels: expected text, got 'int'"),
        ('{"id": "a", "attributes": "x"}', 'attributes: "x" is no JSON object'),
        ('{"id": "a", "attributes": {"b": NaN}}', "not JSON: NaN is no number"),
        ('{"id": "a", "attributes": {"b": -Infinity}}', "not JSON: -Infinity is no number"),
        (
            '{"id": "a", "attributes": {"b": [0, 1e999]}}',
            "attributes.b.1: must be a number that a double can hold; send it as text",
        ),
        (
            f'{{"id": "a", "attributes": {{"b": {"9" * 400}}}}}',
            "attributes.b: must be a number that a double can hold; send it as text",
        ),
        (
            '{"id": "a", "attributes": {"b": {"c": 9007199254740993}}}',
            "attributes.b.c: would be rounded to 9007199254740992; send it as text",
        ),
        (
            '{"id": "a", "attributes": {"b": 9007199254740993.0}}',
            "attributes.b: would be rounded to 9007199254740992; send it as text",
        ),
        ('{"id": 9007199254740993.0}', "id: "),
        (f'{{"id": "a", "attributes": {{"b": {"9" * 5000}}}}}', "thousands of digits"),
        ('{"id": "a", "name": "\\ud800"}', "name: Unpaired surrogate"),
        ('{"id": "a", "deleteTime": "2026-01-01T00:00:00Z"}', "deleteTime: the item is deleted"),
        ("[" * 100_000, "nested too deeply"),
        (f'{{"id": "a", "attributes": {DEEP}}}', "attributes: Message too deep"),
    ],
)
def test_what_is_no_item_is_refused_with_the_reason(line: str, reason: str) -> None:
    with pytest.raises(RefusedLine) as raised:
        parsed(line)
    assert reason in str(raised.value)


def test_a_line_that_is_not_utf_8_is_refused_with_the_place() -> None:
    with pytest.raises(RefusedLine, match="byte 9 is not UTF-8"):
        parsed(b'{"id": "\xff"}')


def test_a_line_that_was_cut_is_refused() -> None:
    with pytest.raises(RefusedLine, match="longer than 1 MiB"):
        parse_item(Line(1, b'{"id": "a"', whole=False))


def test_an_item_that_no_call_can_carry_is_refused() -> None:
    many = ",".join("1" for _ in range(300_000))
    with pytest.raises(RefusedLine, match="bytes are more than one may have"):
        parsed(f'{{"id": "a", "attributes": {{"b": [{many}]}}}}')
