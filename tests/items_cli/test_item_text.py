import json

from items.v1 import items_pb2 as pb
from items_cli.output.item_text import as_line, labels, rows
from items_cli.output.terminal import printable


def item() -> pb.Item:
    made = pb.Item(id="vim", name="Vim", labels={"b": "2", "a": "1"}, revision=7)
    made.attributes.update({"size": 3.0, "ratio": 0.5, "list": [1.0, {"x": 2.0}], "huge": 1e300})
    return made


def test_whole_numbers_are_written_as_such() -> None:
    attributes = json.loads(as_line(item()), parse_float=str)["attributes"]
    assert attributes == {"size": 3, "ratio": "0.5", "list": [1, {"x": 2}], "huge": "1e+300"}


def test_keys_are_in_order_so_that_equal_items_are_equal_lines() -> None:
    one, other = pb.Item(labels={"a": "1", "b": "2"}), pb.Item(labels={"b": "2", "a": "1"})
    one.attributes.update({"x": {"a": 1, "b": 2}, "y": True})
    other.attributes.update({"y": True, "x": {"b": 2, "a": 1}})
    line = '{"labels":{"a":"1","b":"2"},"attributes":{"x":{"a":1,"b":2},"y":true}}'
    assert as_line(one) == as_line(other) == line


def test_a_line_stays_a_line() -> None:
    assert "\n" not in as_line(pb.Item(id="a", name="two\nlines\u2028"))


def test_labels_and_attributes_are_rows_of_their_own() -> None:
    assert list(rows(item())) == [
        ("id", "vim"),
        ("name", "Vim"),
        ("labels.a", "1"),
        ("labels.b", "2"),
        ("attributes.huge", "1e+300"),
        ("attributes.list", '[1, {"x": 2}]'),
        ("attributes.ratio", "0.5"),
        ("attributes.size", "3"),
        ("revision", "7"),
    ]


def test_labels_are_written_in_order() -> None:
    assert labels(item()) == "a=1 b=2"


def test_a_terminal_is_sent_no_commands() -> None:
    assert printable("a\x1b[31m\x07\u202eé日") == "a\\x1b[31m\\x07\\u202eé日"
