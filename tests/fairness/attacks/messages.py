"""Attacks on the readers of protobuf: messages of the largest size in every shape."""

from collections.abc import Callable

from tests.fairness.attack import Attack
from tests.fairness.calls import call, call_at_once
from tests.fairness.service import Target

LARGEST = 4 * 1024 * 1024 - 1024


def _field(number: int, payload: bytes) -> bytes:
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _varint(number: int) -> bytes:
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + _varint(rest) if rest else bytes([low])


def _create(item: bytes) -> bytes:
    return _field(1, _field(1, b"hostile") + _field(2, b"x") + item)


def _filled(part: bytes) -> bytes:
    return part * (LARGEST // len(part))


def _struct(value: bytes) -> bytes:
    """An attribute `x` whose Value is *value*, as a field of Item."""
    return _field(5, _field(1, _field(1, b"x") + _field(2, value)))


def _labels() -> bytes:
    entries = (_field(4, _field(1, b"k%d" % number)) for number in range(LARGEST // 12))
    return _create(b"".join(entries))


def _ids() -> bytes:
    return b"".join(_field(1, b"i%d" % number) for number in range(LARGEST // 10))


def _same_ids() -> bytes:
    return _filled(_field(1, b"a"))


def _paths() -> bytes:
    item = _field(1, _field(1, b"honest"))
    return item + _field(2, _filled(_field(1, b"labels.a")))


def _long_paths() -> bytes:
    item = _field(1, _field(1, b"honest"))
    return item + _field(2, _field(1, b"attributes" + b".a" * 2000) * 256)


def _writes() -> bytes:
    return _filled(_field(1, b""))


SHAPES: tuple[tuple[str, str, str, Callable[[], bytes]], ...] = (
    (
        "list elements",
        "elements",
        "CreateItem",
        lambda: _create(_struct(_field(6, _filled(b"\x0a\0")))),
    ),
    (
        "numbers",
        "elements",
        "CreateItem",
        lambda: _create(_struct(_field(6, _filled(_field(1, b"\x11" + bytes(8)))))),
    ),
    ("labels", "labels", "CreateItem", _labels),
    ("unknown fields", "body keys", "CreateItem", lambda: _create(_filled(_field(999, b"")))),
    ("ids", "ids", "BatchGetItems", _ids),
    ("the same id", "ids", "BatchGetItems", _same_ids),
    ("mask paths", "mask paths", "UpdateItem", _paths),
    ("deep mask paths", "mask paths", "UpdateItem", _long_paths),
    ("empty writes", "violations", "BatchWriteItems", _writes),
    ("filter", "filter terms", "ListItems", lambda: _field(3, b"a" * LARGEST)),
    ("page token", "page tokens", "ListItems", lambda: _field(2, b"a" * LARGEST)),
    ("order", "order keys", "ListItems", lambda: _field(4, _filled(b"name,"))),
    ("id", "ids", "GetItem", lambda: _field(1, b"a" * LARGEST)),
    ("noise", "messages", "CreateItem", lambda: _filled(b"\x0b")),
)


def _once(method: str) -> Callable[[Target, bytes], None]:
    return lambda target, request: call(target, method, request)


def _four_times(method: str) -> Callable[[Target, bytes], None]:
    return lambda target, request: call_at_once(target, method, [request] * 4)


ATTACKS = (
    *(
        Attack(f"a message of 4 MiB of {name}", dimension, _once(method), make)
        for name, dimension, method, make in SHAPES
    ),
    *(
        Attack(f"four messages of 4 MiB of {name}", dimension, _four_times(method), make)
        for name, dimension, method, make in SHAPES
        if dimension in {"elements", "labels", "ids"}
    ),
)
