"""Bodies of every shape that costs: each grows with a number, and is JSON, or nearly."""

from collections.abc import Callable
from dataclasses import dataclass

from hypothesis import strategies as st

from items.v1 import items_models as models
from items_protojson.message import Message

Grow = Callable[[int], str]
"""Makes JSON text of about so many characters."""

VALUES = (
    "1",
    "1.5",
    '""',
    "null",
    "{}",
    "[]",
    '"text"',
    '{"":0}',
    "[[[]]]",
    "1" * 4000,
    "9007199254740993.0",
    "0." + "0123456789" * 30,
    "1e400",
    '"\\\\\\""',
    '"\\u0041\\ud83d\\ude00"',
    '"' + "," * 100 + '"',
    '"' + "é" * 500 + '"',
    '{"id":"a"}',
    '{"delete":{"id":"a"}}',
    '{"delete":{"id":"A","x":1}}',
    '{"create":{"item":{"name":"n","labels":{"a":"b","c":"d"}}}}',
    '{"create":{"item":{"name":1,"lables":{"A":2}}}}',
    '{"create":{"item":{"name":"n","attributes":{"a":[1,2,3.5],"b":{"c":"d"}}}}}',
    '{"update":{"item":{"id":"a"},"updateMask":"name,labels.`a,b`,attributes.x"}}',
)

KEYS = ("k{}", "K{}", "{}", "same", "\\u0061{}", "a,b:{{[{}", "na/me~{}", "labels{}" + "x" * 60)


def in_list(value: str) -> Grow:
    """A list that repeats *value*."""
    return lambda size: "[" + ",".join([value] * (size // (len(value) + 1) + 1)) + "]"


def in_object(key: str, value: str) -> Grow:
    """An object with *value* at many keys; the last key is there twice."""

    def grow(size: int) -> str:
        number = size // (len(key) + len(value) + 8) + 2
        members = [f'"{key.format(index)}":{value}' for index in range(number)]
        return "{" + ",".join([*members, members[-1]]) + "}"

    return grow


def unrepeated(key: str, value: str) -> Grow:
    """An object with *value* at many keys."""

    def grow(size: int) -> str:
        number = size // (len(key) + len(value) + 8) + 2
        return (
            "{" + ",".join(f'"{key.format(index)}{index}":{value}' for index in range(number)) + "}"
        )

    return grow


def deep(opening: str, closing: str) -> Grow:
    """Values in one another."""
    return lambda size: opening * (size // 2) + "1" + closing * (size // 2)


def long(before: str, unit: str, after: str = "") -> Grow:
    """One long token."""
    return lambda size: before + unit * (size // len(unit)) + after


LONG = st.sampled_from([
    long('"', "a", '"'),
    long('"', "\\u0041", '"'),
    long('"', "\\ud83d\\ude00", '"'),
    long('"', "\\ud800", '"'),
    long('"', "\\\\", '"'),
    long('"', "a,", 'a"'),
    long('"', "A", '"'),
    long('"', "`a`,", 'b"'),
    long('"`', "a", '"'),
    long('"', "labels.a.b,", 'b"'),
    long('{"', "k", '":1}'),
    long("", "1"),
    long("1.", "1"),
    long("9007199254740993.", "0"),
    long("0.", "0", "1e4"),
    long("-", "9", "e-99"),
    long("", '"'),
    long("", " ", "{}"),
    long("[", " ", "]"),
    long("", "[,"),
    long("", '{"a":'),
])  # fmt: skip

TEXTS = st.one_of(
    LONG,
    st.sampled_from(VALUES).map(in_list),
    st.builds(in_object, st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.builds(unrepeated, st.sampled_from(KEYS), st.sampled_from(VALUES)),
    st.sampled_from([deep("[", "]"), deep('{"a":', "}"), deep('[{"":', "}]")]),
)

PLACES = (
    "{}",
    '{{"name":"n","attributes":{}}}',
    '{{"name":"n","attributes":{{"a":{}}}}}',
    '{{"name":"n","labels":{}}}',
    '{{"name":{}}}',
    '{{"name":"n","id":{}}}',
    '{{"name":"n","createTime":{}}}',
    '{{"nmae":{}}}',
    '{{"writes":{}}}',
    '{{"writes":[{{"create":{{"item":{{"name":"n","attributes":{{"a":{}}}}}}}}}]}}',
    '{{"writes":[{{"update":{{"item":{{"id":"a"}},"updateMask":{}}}}}]}}',
    '{{"writes":[{{"create":{{"requestId":{}}}}}],"requestId":"x"}}',
)


@dataclass(frozen=True, slots=True)
class Shape:
    """A body that should be a *model*, as large as is wanted."""

    model: type[Message]
    place: str
    text: Grow

    def body(self, size: int) -> bytes:
        """The body of nearly *size* bytes, and not more."""
        wanted = size
        while len(raw := self.place.format(self.text(wanted)).encode()) > size:
            wanted = min(wanted - 1, wanted * size // len(raw) - 10)
        return raw

    def __repr__(self) -> str:
        return f"<{self.model.__name__}: {self.body(400).decode(errors='replace')}>"


def shapes() -> st.SearchStrategy[Shape]:
    """Bodies of every shape, for each of the models that bodies are read with."""
    read = [models.Item, models.ItemPatch, models.BatchWriteItemsRequest]
    return st.builds(Shape, st.sampled_from(read), st.sampled_from(PLACES), TEXTS)
