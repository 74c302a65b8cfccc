"""Attacks by number: connections, calls that are given up, uploads, slow senders."""

import socket
import struct
from contextlib import ExitStack, suppress
from functools import partial

from items.v1 import items_pb2 as pb
from tests.abuse import http2
from tests.fairness.attack import SECONDS, Attack
from tests.fairness.calls import call, call_at_once, channel, encoded, unary
from tests.fairness.connections import (
    CHUNKED,
    ask,
    close_all,
    connection,
    exchange,
    for_a_while,
    get,
    head,
    open_connections,
    post,
    together,
)
from tests.fairness.service import LARGE, Target

GET = get(b"/v1/items/honest")
RESET = struct.pack("ii", 1, 0)
"""Closing a socket that lingers so resets the connection."""


def _write_of(number: int) -> pb.BatchWriteItemsRequest:
    writes = []
    for n in range(number):
        item = pb.Item(id=f"flood-{n}", name="Flood")
        item.attributes["x"] = LARGE
        writes.append(pb.ItemWrite(replace=pb.ReplaceItemRequest(item=item)))
    return pb.BatchWriteItemsRequest(writes=writes)


def _json_upload() -> bytes:
    item = b'{"id":"flood","name":"Flood","attributes":{"x":"%s"}}' % LARGE.encode()
    writes = b",".join([b'{"replace":{"item":%s}}' % item] * 60)
    return post(b"/v1/items:batchWrite", b'{"allowPartial":true,"writes":[%s]}' % writes)


def _uploads(target: Target, request: bytes) -> None:
    together(100, lambda: ask(target, request))


def _unfinished_uploads(target: Target, request: bytes) -> None:
    """A hundred uploads of which the last byte does not come."""
    with ExitStack() as stack:
        for _ in range(100):
            opened = stack.enter_context(connection(target))
            opened.settimeout(1)
            with suppress(OSError):
                opened.sendall(request[:-1])
        for_a_while(partial(ask, target, GET))


def _held(target: Target, begun: bytes) -> None:
    opened = open_connections(target, 2000)
    for each in opened:
        with suppress(OSError):
            each.sendall(begun)
    for_a_while(partial(ask, target, GET))
    close_all(opened)


def _connects(target: Target, _sent: bytes) -> None:
    together(4, partial(for_a_while, lambda: close_all(open_connections(target, 1))))


def _given_up(target: Target, request: bytes) -> None:
    def once() -> None:
        with connection(target) as opened:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            opened.sendall(request)

    together(4, partial(for_a_while, once))


def _unread(target: Target, request: bytes) -> None:
    """A hundred answers of 4 MiB that nobody reads."""
    with ExitStack() as stack:
        for _ in range(100):
            opened = stack.enter_context(connection(target, receive_buffer=4096))
            opened.sendall(request)
        for_a_while(partial(ask, target, GET))


def _unread_pipeline(target: Target, request: bytes) -> None:
    """Answers of a pipeline that nobody reads."""
    with connection(target, receive_buffer=4096) as opened:
        opened.settimeout(SECONDS)
        opened.sendall(request * 1000)


def _expired(target: Target, request: bytes) -> None:
    call_at_once(target, "GetItem", [request] * 2000, timeout=0.005)


def _cancelled(target: Target, request: bytes) -> None:
    with channel(target) as opened:
        called = unary(opened, "ListItems")
        for under_way in [called.future(request, timeout=10) for _ in range(2000)]:
            under_way.cancel()


def _writes(target: Target, request: bytes) -> None:
    call_at_once(target, "BatchWriteItems", [request] * 100, timeout=10)


def _bad_method(target: Target, _sent: bytes) -> None:
    for _ in range(5):
        with http2.Connection(target.grpc_address) as opened:
            opened.send(http2.PREFACE, http2.call(b"\xff\xfe"), http2.data(http2.message(b"")))
            with suppress(TimeoutError):
                opened.status()


def _frames(*frames: bytes) -> bytes:
    return http2.PREFACE + b"".join(frames) * 20_000


def _hand_made(target: Target, sent: bytes) -> None:
    with http2.Connection(target.grpc_address) as opened, suppress(TimeoutError):
        opened.send(sent)


def _resets(target: Target, _sent: bytes) -> None:
    """Calls that are reset as soon as they are begun (CVE-2023-44487)."""
    frames = (http2.on_stream(number, http2.call(), http2.RESET) for number in range(1, 20_001, 2))
    _hand_made(target, http2.PREFACE + b"".join(frames))


def _metadata(target: Target, _sent: bytes) -> None:
    request = encoded(pb.GetItemRequest(id="honest"))()
    with channel(target) as opened:
        called = unary(opened, "GetItem")
        metadata = tuple((f"k{n}", "v") for n in range(300))
        for under_way in [
            called.future(request, timeout=10, metadata=metadata) for _ in range(300)
        ]:
            under_way.exception()


def _silent(target: Target, _sent: bytes) -> None:
    """Connections to the server that say nothing."""
    with ExitStack() as stack, suppress(OSError):
        for _ in range(2000):
            stack.enter_context(http2.Connection(target.grpc_address))
        for_a_while(lambda: call(target, "GetItem", encoded(pb.GetItemRequest(id="honest"))()))


LISTED = get(b"/v1/items?pageSize=1000&filter=id%20%3D%20%22large-*%22")

ATTACKS = (
    Attack("100 uploads of 4 MiB", "uploads", _uploads, _json_upload),
    Attack("100 uploads that do not end", "slow senders", _unfinished_uploads, _json_upload),
    Attack("2,000 connections that say nothing", "held connections", _held),
    Attack("2,000 connections with half a head", "slow senders", _held, lambda: GET[:20]),
    Attack(
        "2,000 connections with half a body",
        "slow senders",
        _held,
        lambda: head(b"POST /v1/items", *CHUNKED) + b"1\r\n{\r\n",
    ),
    Attack(
        "2,000 answered connections whose body does not end",
        "slow senders",
        _held,
        lambda: head(b"GET /v1/items/honest", *CHUNKED) + b"1\r\n{\r\n",
    ),
    Attack("connections without end", "connection count", _connects),
    Attack("calls that are given up", "cancelled calls", _given_up, lambda: GET),
    Attack("uploads that are given up", "cancelled calls", _given_up, _json_upload),
    Attack("100 answers of 4 MiB that nobody reads", "stalled readers", _unread, lambda: LISTED),
    Attack("a pipeline that nobody reads", "stalled readers", _unread_pipeline, lambda: LISTED),
    Attack(
        "compressed answers of 4 MiB",
        "page sizes x item sizes",
        lambda target, request: together(8, lambda: exchange(target, request)),
        lambda: get(
            b"/v1/items?pageSize=1000&filter=id%20%3D%20%22large-*%22",
            b"Accept-Encoding: gzip",
            b"Connection: close",
        ),
    ),
    Attack(
        "2,000 calls that have expired",
        "expired calls",
        _expired,
        encoded(pb.GetItemRequest(id="honest")),
    ),
    Attack(
        "2,000 lists that are given up",
        "cancelled calls",
        _cancelled,
        encoded(pb.ListItemsRequest(page_size=1000)),
    ),
    Attack(
        "100 writes of 4 MiB",
        "batch x item sizes",
        _writes,
        encoded(_write_of(60)),
        is_held=False,
    ),
    Attack("method names that are not UTF-8", "method names", _bad_method),
    Attack("calls with 300 keys of metadata", "metadata", _metadata),
    Attack("calls that are reset", "cancelled calls", _resets),
    Attack("20,000 pings", "connection count", _hand_made, lambda: _frames(http2.PING)),
    Attack("20,000 settings", "connection count", _hand_made, lambda: _frames(http2.SETTINGS)),
    Attack("2,000 connections of gRPC that say nothing", "held connections", _silent),
)
