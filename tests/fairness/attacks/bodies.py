"""Attacks on the readers of JSON: bodies of the largest size in every shape."""

from collections.abc import Callable, Iterable

from tests.fairness.attack import Attack
from tests.fairness.connections import ask, post, together
from tests.fairness.service import Target

LARGEST = 4 * 1024 * 1024 - 1024
"""Bytes of the largest body that is read, less than a head."""


def _body(
    parts: Callable[[int], bytes], begin: bytes, end: bytes, target: bytes = b"/v1/items"
) -> Callable[[], bytes]:
    """A POST whose body is *begin*, parts 0, 1, 2, ... as long as they fit, and *end*."""

    def make() -> bytes:
        return post(target, begin + b",".join(_until_full(parts)) + end)

    return make


def _until_full(parts: Callable[[int], bytes]) -> Iterable[bytes]:
    left, number = LARGEST, 0
    while (left := left - len(part := parts(number)) - 1) > 0:
        yield part
        number += 1


def _duplicate() -> bytes:
    keys = b",".join(b'"%d":1' % number for number in range(90_000))
    return post(b"/v1/items", b'{"name":"x","attributes":{' + keys + b',"89999":2}}')


ATTRIBUTES = b'{"name":"x","attributes":{"x":'


def _once(target: Target, request: bytes) -> None:
    ask(target, request)


def _four_times(target: Target, request: bytes) -> None:
    together(4, lambda: ask(target, request))


_SHAPES = (
    ("unknown keys", "violations", _body(lambda n: b'"k%d":1' % n, b"{", b"}")),
    ("list elements", "elements", _body(lambda _: b"1", ATTRIBUTES + b"[", b"]}}")),
    ("empty objects", "elements", _body(lambda _: b"{}", ATTRIBUTES + b"[", b"]}}")),
    ("attributes", "body keys", _body(lambda n: b'"%d":0' % n, ATTRIBUTES + b"{", b"}}}")),
    ("labels", "labels", _body(lambda n: b'"k%d":""' % n, b'{"name":"x","labels":{', b"}}")),
    ("bad labels", "labels", _body(lambda n: b'"K%d":1' % n, b'{"name":"x","labels":{', b"}}")),
    (
        "empty writes",
        "violations",
        _body(lambda _: b"{}", b'{"writes":[', b"]}", b"/v1/items:batchWrite"),
    ),
    (
        "writes of what is not known",
        "violations",
        _body(lambda _: b'{"x":1}', b'{"writes":[', b"]}", b"/v1/items:batchWrite"),
    ),
    (
        "mask paths",
        "mask paths",
        lambda: post(
            b"/v1/items:batchWrite",
            b'{"writes":[{"update":{"item":{"id":"honest"},"updateMask":"'
            + b"labels.a," * (LARGEST // 10)
            + b'"}}]}',
        ),
    ),
    ("nested lists", "depth", lambda: post(b"/v1/items", ATTRIBUTES + b"[" * LARGEST)),
    (
        "nested objects",
        "depth",
        lambda: post(b"/v1/items", ATTRIBUTES + b'{"a":' * (LARGEST // 5)),
    ),
    (
        "digits",
        "numbers",
        lambda: post(b"/v1/items", ATTRIBUTES + b"9" * LARGEST + b"}}"),
    ),
    (
        "numbers of 4,000 digits",
        "numbers",
        _body(lambda _: b"9" * 4000, ATTRIBUTES + b"[", b"]}}"),
    ),
    (
        "escapes",
        "strings",
        lambda: post(b"/v1/items", ATTRIBUTES + b'"' + b"\\ud800" * (LARGEST // 6) + b'"}}'),
    ),
    (
        "one key",
        "body keys",
        lambda: post(b"/v1/items", b'{"' + b"k" * LARGEST + b'":1}'),
    ),
    (
        "one name",
        "strings",
        lambda: post(b"/v1/items", b'{"name":"' + b"n" * LARGEST + b'"}'),
    ),
)

ATTACKS = (
    Attack("90,000 keys, the last one twice", "body keys", _once, _duplicate),
    *(Attack(f"4 MiB of {name}", dimension, _once, make) for name, dimension, make in _SHAPES),
    *(
        Attack(f"4 MiB of {name}, four at a time", dimension, _four_times, make)
        for name, dimension, make in _SHAPES[:4]
    ),
)
