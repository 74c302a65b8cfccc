"""Attacks on the feed: watches, snapshots and catch-ups, read slowly or not at all."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from threading import Thread
from typing import Any

import grpc

from items.v1 import items_pb2 as pb
from tests.fairness.attack import Attack
from tests.fairness.calls import call, channel, encoded, streaming
from tests.fairness.connections import connection, for_a_while, get
from tests.fairness.service import LARGE, Target

ROUNDS = 20
"""How many large commits are told while nobody reads."""


def _terms(number: int) -> str:
    """A filter that is different for each *number*, and costs 60 comparisons."""
    return " OR ".join(f'description = "*{number}x{n}y*"' for n in range(60))


def _batch(prefix: str, number: int, attribute: str = "") -> bytes:
    writes = []
    for n in range(number):
        item = pb.Item(id=f"{prefix}-{n}", name=prefix, description="d" * 200)
        if attribute:
            item.attributes["x"] = attribute
        writes.append(pb.ItemWrite(replace=pb.ReplaceItemRequest(item=item)))
    return pb.BatchWriteItemsRequest(writes=writes).SerializeToString()


@contextmanager
def _watching(
    target: Target, requests: list[pb.WatchItemsRequest], *, reads: bool
) -> Iterator[None]:
    """Watch in the block; with *reads*, all that is told is read, else only the beginning."""
    with ExitStack() as stack:
        opened = stack.enter_context(channel(target))
        for request in requests:
            stream = streaming(opened, "WatchItems")(request.SerializeToString())
            stack.callback(stream.cancel)
            if reads:
                Thread(target=_read, args=(stream,), daemon=True).start()
            else:
                with suppress(grpc.RpcError):
                    next(stream)
        yield


def _read(stream: Any) -> None:
    with suppress(grpc.RpcError):
        for _ in stream:
            pass


def _costly_watches(number: int) -> Callable[[Target, bytes], None]:
    def send(target: Target, batch: bytes) -> None:
        requests = [pb.WatchItemsRequest(filter=_terms(n)) for n in range(number)]
        with _watching(target, requests, reads=True):
            call(target, "BatchWriteItems", batch)

    return send


def _stalled_watches(target: Target, batch: bytes) -> None:
    requests = [pb.WatchItemsRequest(filter=f'name != "{n}"') for n in range(100)]
    with _watching(target, requests, reads=False):
        for _ in range(ROUNDS):
            call(target, "BatchWriteItems", batch)


def _stalled(request: pb.WatchItemsRequest, number: int) -> Callable[[Target, bytes], None]:
    def send(target: Target, _sent: bytes) -> None:
        with ExitStack() as stack:
            for _ in range(number):  # each with a window of its own
                stack.enter_context(_watching(target, [request], reads=False))
            for_a_while(lambda: call(target, "GetItem", encoded(pb.GetItemRequest(id="x"))()))

    return send


def _costly_catch_ups(target: Target, _sent: bytes) -> None:
    requests = [pb.WatchItemsRequest(from_revision=0, filter=_terms(n)) for n in range(50)]
    with _watching(target, requests, reads=True):
        for_a_while(lambda: call(target, "GetItem", encoded(pb.GetItemRequest(id="x"))()))


def _stalled_events(target: Target, batch: bytes) -> None:
    """Server-sent events from the beginning, which nobody reads."""
    with ExitStack() as stack:
        for _ in range(100):
            opened = stack.enter_context(connection(target, receive_buffer=4096))
            opened.sendall(get(b"/v1/items:watch?fromRevision=0", b"Accept: text/event-stream"))
        call(target, "BatchWriteItems", batch)
        for_a_while(lambda: call(target, "GetItem", encoded(pb.GetItemRequest(id="x"))()))


ATTACKS = (
    Attack(
        "100 watches with 60 terms, then a batch of 1,000",
        "watches x filters x changes",
        _costly_watches(100),
        lambda: _batch("told", 1000),
    ),
    Attack(
        "100 stalled watches, then 20 batches of 3 MiB",
        "stalled readers",
        _stalled_watches,
        lambda: _batch("stalled", 50, LARGE),
    ),
    Attack(
        "20 stalled snapshots",
        "snapshots",
        _stalled(pb.WatchItemsRequest(include_snapshot=True), 20),
    ),
    Attack(
        "50 stalled catch-ups",
        "catch-ups",
        _stalled(pb.WatchItemsRequest(from_revision=0), 50),
    ),
    Attack("50 catch-ups with 60 terms", "catch-ups x filters", _costly_catch_ups),
    Attack(
        "100 streams of events that nobody reads",
        "stalled readers",
        _stalled_events,
        lambda: _batch("events", 50, LARGE),
    ),
)
