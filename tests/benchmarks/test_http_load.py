"""The HTTP load generator against servers that answer as they are told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from benchmarks.example import SEED, example_id
from benchmarks.load.http_load import http_load
from benchmarks.load.load import Door, Limit, Load, LoadFailed, Operation

ITEM_ID = example_id(SEED, 0)


def _answer(status: str = "200 OK", body: str = f'{{"id":"{ITEM_ID}"}}') -> bytes:
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


@asynccontextmanager
async def _serving(*pieces: bytes) -> AsyncIterator[Callable[..., Load]]:
    """A server that answers each request with *pieces*, none: it hangs up; and its load."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await reader.readuntil(b"\r\n\r\n") and pieces:
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
        except asyncio.IncompleteReadError:
            pass  # the client is done
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()

    def load(requests: int = 1, in_flight: int = 1) -> Load:
        limit = Limit(seconds=10, requests=requests)
        return Load(Door.REST, Operation.GET, f"{host}:{port}", in_flight, limit, SEED)

    async with server:
        yield load


async def test_every_request_is_answered_and_counted() -> None:
    async with _serving(_answer()) as load:
        sample = await http_load(load(requests=100, in_flight=8))
    assert sample.requests == 100
    assert 0 < sample.p50 <= sample.p99 <= sample.seconds


async def test_an_answer_in_pieces_is_one_answer() -> None:
    answer = _answer()
    pieces = [answer[start : start + 7] for start in range(0, len(answer), 7)]
    async with _serving(*pieces) as load:
        sample = await http_load(load(requests=5))
    assert sample.requests == 5


async def test_an_error_aborts_the_load() -> None:
    async with _serving(_answer("503 Service Unavailable")) as load:
        with pytest.raises(LoadFailed, match="503 Service Unavailable"):
            await http_load(load())


async def test_an_answer_about_another_item_aborts_the_load() -> None:
    async with _serving(_answer(body='{"id":"another"}')) as load:
        with pytest.raises(LoadFailed, match="not the answer about"):
            await http_load(load())


async def test_an_answer_of_unknown_length_aborts_the_load() -> None:
    async with _serving(b"HTTP/1.1 200 OK\r\n\r\n") as load:
        with pytest.raises(LoadFailed, match="without Content-Length"):
            await http_load(load())


async def test_a_lost_connection_aborts_the_load() -> None:
    async with _serving() as load:
        with pytest.raises(LoadFailed, match="the connection was lost"):
            await http_load(load())


async def test_a_load_ends_when_its_time_is_over() -> None:
    load = Limit(seconds=1e-9, requests=1_000_000)
    assert len(list(load.tickets())) < 1_000_000
