"""The cost of a JSON body is linear in its size, and bounded, whatever its shape is.

Costs are seconds of the thread that parses, so that other processes do not count.
"""

import asyncio
import gc
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from items.v1 import items_pb2 as pb
from items_protojson.parsing.document import MAX_ELEMENTS
from rest_facade.problems.problems import Problem, refused
from rest_facade.requests.bodies import parse_body
from tests.abuse.bodies import Shape, shapes
from tests.abuse.client import Client
from tests.processes import FacadeProcess, ServerProcess

SMALL, LARGE, WHOLE = 64 << 10, 512 << 10, 4 << 20

SIZES = st.sampled_from([1 << 20, 2 << 20, 3 << 20, WHOLE])
"""The most expensive body is not the largest: that has too many elements to be read."""

FACTOR = 4
"""How much more than linear the cost may seem to grow: measures of milliseconds vary."""

NOISE = 0.02
"""Seconds that say nothing."""

MOST = 1.0
"""Seconds that any body, and so any step of one, may take."""

MOST_ANSWERED = 256 << 10
"""Bytes of an answer that refuses a body."""


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of the whole, and of its longest step; bytes of the refusal, if it is one."""

    seconds: float
    step: float
    answered: int


def cost_of(shape: Shape, size: int, tries: int = 1) -> Cost:
    """The least cost of some tries; the garbage of others is not counted."""
    raw = shape.body(size)
    gc.collect()
    return min((_cost(shape, raw) for _ in range(tries)), key=lambda cost: cost.seconds)


def _cost(shape: Shape, raw: bytes) -> Cost:
    steps, answered = [], 0
    parsing = parse_body(shape.model, raw)
    while True:
        began = time.thread_time()
        try:
            next(parsing)
        except StopIteration:
            break
        except Problem as problem:
            answered = len(refused(problem, "id").body)
            break
        finally:
            steps.append(time.thread_time() - began)
    return Cost(sum(steps), max(steps), answered)


def grows_linearly(shape: Shape) -> None:
    small, large = cost_of(shape, SMALL, tries=2), cost_of(shape, LARGE)
    expected = small.seconds * (LARGE / SMALL) * FACTOR + NOISE
    if large.seconds > expected:  # a slip of the machine, or of the shape?
        small, large = cost_of(shape, SMALL, tries=5), cost_of(shape, LARGE, tries=5)
        expected = small.seconds * (LARGE / SMALL) * FACTOR + NOISE
    assert large.seconds <= expected
    assert large.answered <= MOST_ANSWERED


def searched(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


@given(shape=shapes())
@searched(examples=60)
def test_eight_times_the_body_costs_eight_times_as_much(shape: Shape) -> None:
    grows_linearly(shape)


@given(shape=shapes(), size=SIZES)
@searched(examples=40)
def test_a_large_body_of_any_shape_is_parsed_within_a_second(shape: Shape, size: int) -> None:
    cost = cost_of(shape, size)
    assert cost.seconds <= MOST
    assert cost.answered <= MOST_ANSWERED


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@given(shape=shapes(), size=SIZES)
@searched(examples=3000)
def test_no_shape_of_very_many_costs_more(shape: Shape, size: int) -> None:
    grows_linearly(shape)
    assert cost_of(shape, size).seconds <= MOST


def repeated(count: int, unit: bytes) -> bytes:
    return b",".join([unit] * count)


def keys(count: int) -> bytes:
    return b",".join(b'"k%d":1' % number for number in range(count))


def batch(count: int, attributes: bytes) -> bytes:
    """Creations of that many items, checked but not made."""
    item = b'{"create":{"item":{"name":"n","attributes":{%b}}}}' % attributes
    return b'{"validateOnly":true,"writes":[%b]}' % repeated(count, item)


ITEM, BATCH = "/v1/items", "/v1/items:batchWrite"

ATTACKS = {
    "a key twice": (ITEM, b'{"name":"n","attributes":{%b,"k0":1}}' % keys(90_000)),
    "unknown keys": (ITEM, b"{%b}" % keys(350_000)),
    "fewer unknown keys": (ITEM, b"{%b}" % keys(MAX_ELEMENTS - 1)),
    "elements": (ITEM, b'{"name":"n","attributes":{"a":[%b]}}' % repeated(1_900_000, b"1")),
    "objects": (BATCH, batch(1000, b'"a":[%b]' % repeated(45, b'{"":0}'))),
    "members": (BATCH, batch(1000, keys(90))),
    "text": (BATCH, batch(1000, b'"a":"%b"' % (b"x" * 4000))),
    "bad writes": (BATCH, b'{"writes":[%b]}' % repeated(1000, b'{"create":{"x":{}}}')),
    "a long key": (ITEM, b'{"%b":1}' % (b"k" * 4_000_000)),
}
"""Where they are sent, and what."""

JSON = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def facade(server: ServerProcess, client: Client) -> Iterator[FacadeProcess]:
    """A facade of its own, whose memory can be read, with an item to read."""
    item = pb.Item(id="one", name="One")
    client.call("ReplaceItem", pb.ReplaceItemRequest(item=item))
    with FacadeProcess(server.address) as process:
        process.wait_until_serving()
        yield process


def memory(process: FacadeProcess, figure: str) -> float:
    """A *figure* of the memory of *process* as Linux tells it, in MiB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith(figure))
    return int(line.split()[1]) / 1024


async def longest_wait(
    honest: httpx.AsyncClient, work: "asyncio.Future[list[httpx.Response]]"
) -> float:
    """The longest that a read of one item takes while *work* goes on."""
    longest = 0.0
    while True:
        began = time.perf_counter()
        answer = await honest.get("/v1/items/one")
        assert answer.status_code == 200
        longest = max(longest, time.perf_counter() - began)
        if work.done():
            return longest


async def waits_during(
    facade: FacadeProcess, path: str, body: bytes | None, at_a_time: int
) -> float:
    """How long others wait while *body* is sent, or *path* read, so many times at a time."""
    method = "GET" if body is None else "POST"
    async with (
        httpx.AsyncClient(base_url=facade.url(), timeout=60) as honest,
        httpx.AsyncClient(base_url=facade.url(), timeout=60) as hostile,
    ):
        sent = [hostile.request(method, path, content=body, headers=JSON) for _ in range(at_a_time)]
        work = asyncio.ensure_future(asyncio.gather(*sent))
        longest = await longest_wait(honest, work)
        answers = await work
    assert {answer.status_code for answer in answers} <= {200, 201, 400, 413, 429, 504}
    assert all(len(answer.content) < MOST_ANSWERED for answer in answers if answer.is_error)
    return longest


async def least_wait(facade: FacadeProcess, path: str, body: bytes | None, at_a_time: int) -> float:
    """The least of some tries: on a busy machine, a wait may be due to others."""
    least = MOST
    for _ in range(3):
        least = min(least, await waits_during(facade, path, body, at_a_time))
        if least < MOST:
            break
    return least


@pytest.mark.parametrize("name", ATTACKS)
async def test_one_large_body_makes_nobody_wait_and_takes_little_memory(
    facade: FacadeProcess, name: str
) -> None:
    before = memory(facade, "VmRSS")
    assert await least_wait(facade, *ATTACKS[name], at_a_time=1) < MOST
    assert memory(facade, "VmRSS") - before < 100


async def test_many_large_bodies_at_a_time_make_nobody_wait(facade: FacadeProcess) -> None:
    for name in ("objects", "fewer unknown keys"):
        assert await least_wait(facade, *ATTACKS[name], at_a_time=8) < MOST
    assert memory(facade, "VmHWM") < 300


async def test_large_pages_make_nobody_wait(facade: FacadeProcess, client: Client) -> None:
    for number in range(200):
        item = pb.Item(id=f"large-{number:03}", name="Large")
        item.attributes.update({"list": [None] * 3500})
        client.call("ReplaceItem", pb.ReplaceItemRequest(item=item))
    page = "/v1/items?pageSize=1000"
    assert await least_wait(facade, page, None, at_a_time=4) < MOST
    assert memory(facade, "VmHWM") < 300
