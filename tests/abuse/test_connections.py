"""Connections that break the rules of HTTP/2 or of gRPC, or that do nothing at all."""

import gzip
from contextlib import ExitStack
from random import Random

import grpc
import pytest

from items.v1 import items_pb2 as pb
from tests.abuse import http2
from tests.abuse.client import Client
from tests.processes import ServerProcess

GET = pb.GetItemRequest(id="nothing").SerializeToString()
NOT_FOUND = grpc.StatusCode.NOT_FOUND.value[0]
UNIMPLEMENTED = grpc.StatusCode.UNIMPLEMENTED.value[0]
INTERNAL = grpc.StatusCode.INTERNAL.value[0]
DEADLINE_EXCEEDED = grpc.StatusCode.DEADLINE_EXCEEDED.value[0]
RESOURCE_EXHAUSTED = grpc.StatusCode.RESOURCE_EXHAUSTED.value[0]

TIMEOUT = (b"grpc-timeout", b"300m")
NOISE = Random(1).randbytes(1000)  # noqa: S311  # noise, not a secret


def status_of(server: ServerProcess, *parts: bytes) -> int | None:
    with http2.Connection(server.address) as connection:
        connection.send(http2.PREFACE, *parts)
        return connection.status()


def test_a_call_made_by_hand_is_answered(server: ServerProcess) -> None:
    assert status_of(server, http2.call(), http2.data(http2.message(GET))) == NOT_FOUND


@pytest.mark.parametrize(
    "said",
    [
        NOISE,
        http2.PREFACE + NOISE,
        http2.PREFACE + http2.frame(4, 0, 0, b"odd"),
        http2.PREFACE + http2.headers([(b"k", b"v" * 20_000)]),
        http2.PREFACE + http2.PING * 1000,
        b"GET /v1/items HTTP/1.1\r\nHost: localhost\r\n\r\n",
        bytes.fromhex("16030100c8010000c40303") + NOISE[:190],
    ],
    ids=["noise", "noise later", "settings", "a large frame", "pings", "HTTP/1.1", "TLS"],
)
def test_what_is_no_http2_ends_the_connection(server: ServerProcess, said: bytes) -> None:
    with http2.Connection(server.address) as connection:
        connection.send(said)
        assert connection.status() is None


@pytest.mark.parametrize("name", [b"", b"\xff", b"\xff" * 5000, b"\0", b"a/b", b"GetItem "])
def test_a_method_name_that_nobody_has_is_unimplemented(server: ServerProcess, name: bytes) -> None:
    answer = status_of(server, http2.call(name), http2.data(http2.message(GET)))
    assert answer in {UNIMPLEMENTED, None}  # HTTP/2 takes no NUL


@pytest.mark.parametrize("value", [b"\xff\xfe", "é".encode(), b"a\nb\x01", b"\xed\xa0\x80"])
@pytest.mark.parametrize("name", [b"items-actor", b"x-request-id", b"user-agent", b"k"])
def test_metadata_that_is_not_ascii_does_not_matter(
    server: ServerProcess, name: bytes, value: bytes
) -> None:
    call = http2.call(b"GetItem", (name, value))
    assert status_of(server, call, http2.data(http2.message(GET))) == NOT_FOUND


@pytest.mark.parametrize(
    "content_type", [b"application/json", b"application/grpc+json", b"application/grpc-web", b""]
)
def test_a_call_with_another_content_type_is_answered(
    server: ServerProcess, content_type: bytes
) -> None:
    call = http2.call(content_type=content_type)
    assert status_of(server, call, http2.data(http2.message(GET))) == NOT_FOUND


@pytest.mark.parametrize(
    "field",
    [
        (b"grpc-timeout", b"soon"),
        (b"grpc-timeout", b"-1S"),
        (b"grpc-encoding", b"zstd"),
        (b"data-bin", b"!!!"),
        (b"UPPER", b"case"),
        (b"", b"no name"),
    ],
    ids=str,
)
def test_a_call_that_breaks_the_protocol_is_refused_by_the_transport(
    server: ServerProcess, field: tuple[bytes, bytes]
) -> None:
    assert status_of(server, http2.call(b"GetItem", field)) == INTERNAL


@pytest.mark.parametrize("timeout", [b"99999999H", b"999999999999H"])
def test_a_call_with_a_deadline_in_ten_thousand_years_is_answered(
    server: ServerProcess, timeout: bytes
) -> None:
    call = http2.call(b"GetItem", (b"grpc-timeout", timeout))
    assert status_of(server, call, http2.data(http2.message(GET))) == NOT_FOUND


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        (http2.message(b"no gzip", compressed=True), INTERNAL),
        (http2.message(gzip.compress(bytes(50_000_000)), compressed=True), RESOURCE_EXHAUSTED),
        (b"\0\xff\xff\xff\xff" + GET, RESOURCE_EXHAUSTED),
        (http2.message(GET) * 2, NOT_FOUND),
    ],
    ids=["broken gzip", "a gzip bomb", "four gigabytes", "two messages"],
)
def test_a_message_that_is_not_what_it_says_is_answered(
    server: ServerProcess, payload: bytes, expected: int
) -> None:
    parts = [
        http2.data(payload[i : i + 16_000], http2.CONTINUES) for i in range(0, len(payload), 16_000)
    ]
    call = http2.call(b"GetItem", (b"grpc-encoding", b"gzip"))
    assert status_of(server, call, *parts, http2.data(b"")) == expected


@pytest.mark.parametrize(
    "parts",
    [
        (http2.call(b"GetItem", TIMEOUT, flags=http2.END_HEADERS | http2.END_STREAM),),
        (http2.call(b"GetItem", TIMEOUT),),
        (http2.call(b"GetItem", TIMEOUT), http2.data(http2.message(GET)[:4])),
        (http2.call(b"GetItem", TIMEOUT), http2.data(http2.message(GET)[:4], http2.CONTINUES)),
    ],
    ids=["no message", "still no message", "half a message", "half a message so far"],
)
def test_a_call_without_its_message_ends_at_its_deadline(
    server: ServerProcess, parts: tuple[bytes, ...]
) -> None:
    assert status_of(server, *parts) == DEADLINE_EXCEEDED


def test_a_call_that_is_given_up_at_once_does_not_matter(server: ServerProcess) -> None:
    with http2.Connection(server.address) as connection:
        connection.send(http2.PREFACE, http2.call(), http2.RESET)
        connection.say_no_more()
        assert connection.status() is None


def test_connections_that_say_nothing_or_half_of_it_keep_nobody_waiting(
    server: ServerProcess, client: Client
) -> None:
    with ExitStack() as stack:
        for number in range(300):
            connection = stack.enter_context(http2.Connection(server.address))
            connection.send((http2.PREFACE + http2.call())[: number % 150])
        assert client.call("GetItem", GET, timeout=5).code == "NOT_FOUND"


def test_connections_closed_in_one_direction_keep_nobody_waiting(
    server: ServerProcess, client: Client
) -> None:
    with ExitStack() as stack:
        for _ in range(100):
            connection = stack.enter_context(http2.Connection(server.address))
            connection.send(http2.PREFACE, http2.call())
            connection.say_no_more()
        assert client.call("GetItem", GET, timeout=5).code == "NOT_FOUND"
