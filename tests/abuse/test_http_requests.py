"""Requests of HTTP/1.1 without an end, or without a number."""

import json
import re

import pytest

from tests.abuse.http1 import HOST, Connection, HonestClient, Memory, get, request
from tests.processes import FacadeProcess


def statuses(answers: bytes) -> list[int]:
    """The statuses of *answers*, in their order."""
    return [int(found) for found in re.findall(rb"HTTP/1\.1 (\d{3}) ", answers)]


MEBIBYTE = 1024 * 1024

CHUNKED = request(
    "POST", "/v1/items", b"content-type: application/json", b"transfer-encoding: chunked"
)


def test_thousands_of_pipelined_requests_keep_nobody_waiting(facade: FacadeProcess) -> None:
    with Connection(facade.url()) as greedy, HonestClient(facade) as honest:
        greedy.send_until_refused(get("/healthz") * 60_000, 1)
        while honest.answers < 200:
            greedy.receive()
    honest.assert_served()


def test_a_pipeline_that_nobody_reads_the_answers_of_is_not_read(facade: FacadeProcess) -> None:
    with Connection(facade.url()) as greedy, Memory(facade.pid) as memory:
        taken = greedy.send_until_refused(get("/healthz") * 1000, 100 * MEBIBYTE)
    assert taken < 20 * MEBIBYTE  # what the sockets have room for
    assert memory.most - memory.before < 20 * MEBIBYTE


def test_trailers_are_no_headers(facade: FacadeProcess) -> None:
    body = b'd\r\n{"name": "A"}\r\n0\r\n'
    with Connection(facade.url()) as connection:
        answer = connection.ask(CHUNKED + body + b"items-actor: admin\r\n\r\n")
        assert b" 201 " in answer
        item = json.loads(answer.partition(b"\r\n\r\n")[2])["id"]
        history = connection.ask(get(f"/v1/items/{item}/revisions"))
    assert b"admin" not in history


@pytest.mark.parametrize(
    "endless",
    [b"x-trailer: " + b"y" * 1000 + b"\r\n", b"y" * 1000],
    ids=["trailers", "one trailer"],
)
def test_endless_trailers_are_refused(facade: FacadeProcess, endless: bytes) -> None:
    with Connection(facade.url()) as greedy, Memory(facade.pid) as memory:
        greedy.send(CHUNKED + b"2\r\n{}\r\n0\r\nx: ")
        assert greedy.send_until_refused(endless * 64, 50 * MEBIBYTE) < 20 * MEBIBYTE
    assert memory.most - memory.before < 20 * MEBIBYTE


def test_endless_extensions_of_chunks_are_refused(facade: FacadeProcess) -> None:
    with Connection(facade.url()) as greedy:
        greedy.send(CHUNKED)
        chunk = b"1;" + b"x" * 4000 + b"\r\n \r\n"
        assert greedy.send_until_refused(chunk * 16, 50 * MEBIBYTE) < 20 * MEBIBYTE


def test_a_body_in_chunks_of_one_byte_keeps_nobody_waiting(facade: FacadeProcess) -> None:
    with Connection(facade.url()) as slow, HonestClient(facade) as honest:
        slow.send(CHUNKED + b"1\r\n \r\n" * 1_000_000)
        while honest.answers < 200:
            pass
    honest.assert_served()


@pytest.mark.parametrize(
    "header",
    [b"x-many: y", b"accept: a/b;q=0.1", b'if-none-match: "1"', b"items-actor: me"],
)
def test_thousands_of_headers_are_refused(facade: FacadeProcess, header: bytes) -> None:
    with Connection(facade.url()) as connection:
        connection.send(get("/v1/items/one", *[header] * 3000))
        assert connection.receive().startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    ("name", "entry"),
    [
        (b"accept", b"a/b;q=0.1,"),
        (b"accept", b";;;;;;;;"),
        (b"accept-encoding", b"br,"),
        (b"if-none-match", b'"1",'),
        (b"if-match", b'W/"1",'),
        (b"content-type", b"a;b=c;"),
        (b"traceparent", b"00-"),
        (b"request-timeout", b"1111"),
        (b"cookie", b"a=b;"),
    ],
)
def test_a_header_with_thousands_of_entries_keeps_nobody_waiting(
    facade: FacadeProcess, name: bytes, entry: bytes
) -> None:
    long = get("/v1/items/one", name + b": " + entry * (60_000 // len(entry)) + b"*")
    with Connection(facade.url()) as greedy, HonestClient(facade) as honest:
        while honest.answers < 50:
            greedy.ask(long)
    honest.assert_served()


@pytest.mark.parametrize("pair", ["a&", "filter=a&", "%61=%62&", "&", "=", "a%"])
def test_a_query_of_thousands_of_parameters_keeps_nobody_waiting(
    facade: FacadeProcess, pair: str
) -> None:
    long = get("/v1/items?" + pair * (400_000 // len(pair)))
    with Connection(facade.url()) as greedy, HonestClient(facade) as honest:
        while honest.answers < 50:
            greedy.ask(long)
    honest.assert_served()


def test_parameters_that_are_unknown_by_long_names_keep_nobody_waiting(
    facade: FacadeProcess,
) -> None:
    pairs = "&".join(f"{number:0>200}=x" for number in range(1900))
    with Connection(facade.url()) as greedy, HonestClient(facade) as honest:
        while honest.answers < 50:
            greedy.ask(get(f"/v1/items?{pairs}"))
    honest.assert_served()


def test_a_body_without_an_end_does_not_hold_a_connection_that_is_answered(
    facade: FacadeProcess,
) -> None:
    with Connection(facade.url()) as connection:
        connection.send(CHUNKED.replace(b"/v1/items", b"/nowhere") + b"1\r\n \r\n")
        received = b""
        while data := connection.receive():
            received += data
            connection.send_until_refused(b"1\r\n \r\n", 1)
    assert received.startswith(b"HTTP/1.1 404 ")


def test_blank_lines_do_not_hold_a_connection(hasty: FacadeProcess) -> None:
    with Connection(hasty.url()) as connection:
        assert connection.send_until_refused(b"\r\n" * 50_000, 50 * MEBIBYTE) < 20 * MEBIBYTE
    with Connection(hasty.url()) as connection:
        connection.ask(get("/healthz"))
        connection.send(b"\r\n")
        assert connection.receive_all().startswith(b"HTTP/1.1 408 ")


def test_a_refusal_comes_after_the_answers_before_it(facade: FacadeProcess) -> None:
    late = get("/v1/items/one?minRevision=9000000")
    with Connection(facade.url()) as connection:
        connection.send(late + get("/healthz") + b"\0\r\n\r\n")
        answer = connection.receive_all()
    assert statuses(answer) == [503, 200, 400]


def test_a_request_that_breaks_off_in_its_body_is_refused_after_those_before_it(
    facade: FacadeProcess,
) -> None:
    with Connection(facade.url()) as connection:
        connection.send(get("/healthz") + CHUNKED + b"no chunk\r\n")
        answer = connection.receive_all()
    assert statuses(answer) == [200, 400]


@pytest.mark.parametrize(
    "line",
    [b"connection: upgrade\r\nupgrade: websocket\r\n", b"connection: upgrade\r\nupgrade: h2c\r\n"],
)
def test_an_upgrade_is_answered_without_it(facade: FacadeProcess, line: bytes) -> None:
    with Connection(facade.url()) as connection:
        connection.send(b"GET /healthz HTTP/1.1\r\n" + HOST + line + b"\r\n")
        assert connection.receive_all().startswith(b"HTTP/1.1 200 OK\r\n")


def test_an_old_client_is_answered_and_its_connection_closed(facade: FacadeProcess) -> None:
    with Connection(facade.url()) as connection:
        connection.send(b"GET /healthz HTTP/1.0\r\n\r\n")
        assert connection.receive_all().startswith(b"HTTP/1.1 200 OK\r\n")
