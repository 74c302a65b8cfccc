"""Attacks on HTTP itself: heads, trailers, chunks, pipelines."""

from tests.fairness.attack import Attack
from tests.fairness.connections import CHUNKED, endless, exchange, get, head, post, together
from tests.fairness.service import Target

GET = b"/v1/items/honest"
KIB = 1024
MIB = 1024 * KIB


def _pipeline(target: Target, sent: bytes) -> None:
    exchange(target, sent)


def _trailers(target: Target, sent: bytes) -> None:
    begun = head(b"POST /v1/items", *CHUNKED) + b"2\r\n{}\r\n0\r\n"
    endless(target, begun, sent)


def _extensions(target: Target, sent: bytes) -> None:
    endless(target, head(b"POST /v1/items", *CHUNKED) + b"1;", sent)


def _tiny_chunks() -> bytes:
    return head(b"POST /v1/items", *CHUNKED) + b"1\r\n \r\n" * MIB + b"0\r\n\r\n"


def _repeatedly(target: Target, sent: bytes) -> None:
    together(8, lambda: exchange(target, sent))


def _fields(field: bytes) -> bytes:
    """Requests with as many such fields as a head may have, one after the other."""
    return get(GET, *[field] * (15_000 // len(field))) * 50


ATTACKS = (
    Attack("60,000 pipelined GET", "pipelining", _pipeline, lambda: get(GET) * 60_000),
    Attack(
        "20,000 pipelined POST",
        "pipelining",
        _pipeline,
        lambda: post(b"/v1/items?validateOnly=true", b'{"name": "x"}') * 20_000,
    ),
    Attack("endless trailers", "trailers", _trailers, lambda: b"items-actor: admin\r\n" * 2000),
    Attack("endless chunk extension", "trailers", _extensions, lambda: b"x" * 64 * KIB),
    Attack("a million chunks of a byte", "chunks", exchange, _tiny_chunks),
    Attack("the same header many times", "headers", _repeatedly, lambda: _fields(b"x-a: b")),
    Attack("many headers in Accept", "headers", _repeatedly, lambda: _fields(b"Accept: a/b")),
    Attack(
        "endless Accept",
        "headers",
        _repeatedly,
        lambda: get(GET, b"Accept: " + b"a/b;q=0.5," * 1500) * 50,
    ),
    Attack(
        "endless If-None-Match",
        "headers",
        _repeatedly,
        lambda: get(GET, b"If-None-Match: " + b'"1", ' * 2500) * 50,
    ),
    Attack(
        "endless Accept-Encoding",
        "headers",
        _repeatedly,
        lambda: get(GET, b"Accept-Encoding: " + b"br;q=0," * 2000) * 50,
    ),
    Attack(
        "endless head",
        "headers",
        lambda target, _: endless(target, b"GET / HTTP/1.1\r\n", b"a: b\r\n" * 1000),
    ),
    Attack(
        "endless request line",
        "headers",
        lambda target, _: endless(target, b"GET /", b"a" * 64 * KIB),
    ),
    Attack(
        "endless query",
        "queries",
        _repeatedly,
        lambda: get(b"/v1/items?" + b"a&" * 7000) * 50,
    ),
)
