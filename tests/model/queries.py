"""The filters and orders that the histories use, each with its meaning in Python."""

from collections.abc import Callable, Sequence
from functools import cmp_to_key
from typing import Any

from tests.model.decisions import Item

ABSENT = None

Key = tuple[Callable[[Item], Any], bool]
"""What is sorted by, and whether the largest comes first."""


def label(item: Item, key: str) -> Any:
    return item.get("labels", {}).get(key, ABSENT)


def attribute(item: Item, *keys: str) -> Any:
    """The value at *keys*; a JSON null is as good as absent in the filters used here."""
    value: Any = item.get("attributes", {})
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else ABSENT
    return value


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


FILTERS: dict[str, Callable[[Item], bool]] = {
    "": bool,
    'name = "A*"': lambda item: item["name"].startswith("A"),
    "name = B OR name = Ab": lambda item: item["name"] in {"B", "Ab"},
    "name > A": lambda item: item["name"] > "A",
    "-name:b": lambda item: "b" not in item["name"],
    "description:*": lambda item: "description" in item,
    'description = ""': lambda item: item.get("description") == "",
    "labels.k = v": lambda item: label(item, "k") == "v",
    "labels.k != v": lambda item: label(item, "k") != "v",
    "labels:k": lambda item: label(item, "k") is not ABSENT,
    "NOT labels.`a/b`:*": lambda item: label(item, "a/b") is ABSENT,
    "attributes.x = 2": lambda item: attribute(item, "x") == 2,
    "attributes.x > 2": lambda item: is_number(attribute(item, "x")) and attribute(item, "x") > 2,
    'attributes.x = "t*"': lambda item: str(attribute(item, "x")).startswith("t"),
    "attributes.x = true": lambda item: attribute(item, "x") is True,
    "attributes.x.y:*": lambda item: (
        "y" in (attribute(item, "x") if isinstance(attribute(item, "x"), dict) else {})
    ),
    "attributes.`a b`:red": lambda item: "red" in _as_list(attribute(item, "a b")),
    "delete_time:* AND name = A": lambda item: "delete_time" in item and item["name"] == "A",
    "revision > 5 revision <= 9": lambda item: 5 < int(item["revision"]) <= 9,
    'update_time >= "2030-01-01T00:01:00Z"': lambda item: (
        item["update_time"] >= "2030-01-01T00:01:00Z"
    ),
    "create_time < 2030-01-02 AND (id = a OR id = b)": lambda item: (
        item["create_time"] < "2030-01-02" and item["id"] in {"a", "b"}
    ),
}

ORDERS: dict[str, Sequence[Key]] = {
    "": [(lambda item: item["id"], False)],
    "id desc": [(lambda item: item["id"], True)],
    "name": [(lambda item: item["name"], False), (lambda item: item["id"], False)],
    "name desc": [(lambda item: item["name"], True), (lambda item: item["id"], True)],
    "update_time desc, name": [
        (lambda item: item["update_time"], True),
        (lambda item: item["name"], False),
        (lambda item: item["id"], False),
    ],
    "revision desc": [
        (lambda item: int(item["revision"]), True),
        (lambda item: item["id"], True),
    ],
    "description": [
        (lambda item: item.get("description"), False),
        (lambda item: item["id"], False),
    ],
    "labels.k desc": [(lambda item: label(item, "k"), True), (lambda item: item["id"], True)],
    "delete_time, labels.k": [
        (lambda item: item.get("delete_time"), False),
        (lambda item: label(item, "k"), False),
        (lambda item: item["id"], False),
    ],
    "attributes.x": [
        (lambda item: _ranked(attribute(item, "x")), False),
        (lambda item: item["id"], False),
    ],
}


def in_order(items: Sequence[Item], keys: Sequence[Key]) -> list[Item]:
    def compare(one: Item, other: Item) -> int:
        return _compare(one, other, keys)

    return sorted(items, key=cmp_to_key(compare))


def after(item: Item, other: Item, keys: Sequence[Key]) -> bool:
    """Whether *item* comes after *other* in the order of *keys*."""
    return _compare(item, other, keys) > 0


def _compare(one: Item, other: Item, keys: Sequence[Key]) -> int:
    for key, is_descending in keys:
        mine, its = _absent_first(key(one)), _absent_first(key(other))
        if mine != its:
            return 1 if (mine > its) != is_descending else -1
    return 0


def _absent_first(value: Any) -> tuple[Any, ...]:
    return () if value is ABSENT else (value,)


def _ranked(value: Any) -> tuple[int, Any] | None:
    """Booleans come before numbers, and those before text; nothing else has an order."""
    if isinstance(value, bool):
        return (1, value)
    if is_number(value):
        return (2, value)
    return (3, value) if isinstance(value, str) else ABSENT


def _as_list(value: Any) -> list[Any]:
    """What `:` looks among: the elements of a list, or the value itself."""
    return value if isinstance(value, list) else [value]
