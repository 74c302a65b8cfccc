"""A writer: one random call after another, each repeated until there is an answer."""

import asyncio
import time
from random import Random

from items_client import ItemsClient
from items_client.errors import AlreadyExists, NotFound
from tests.crash.calling import written
from tests.crash.facts import Call, Effect
from tests.crash.plans import Plan, random_plan

LONGEST_PAUSE = 0.03
"""Seconds between two calls, so that there is time for all who follow."""


class Writer:
    """Writes as *name*, which is how the names of its items begin; keeps what it was told."""

    def __init__(self, name: str, random: Random) -> None:
        self.calls: list[Call] = []
        self._name = name
        self._random = random

    async def write(self, items: ItemsClient, count: int) -> None:
        """Make *count* calls, one after another."""
        for _ in range(count):
            plan = random_plan(self._random, f"{self._name}-{len(self.calls)}")
            self.calls.append(await _make(plan, items.with_options(actor=plan.name)))

    async def write_until(self, end: asyncio.Event, items: ItemsClient) -> None:
        """Make one call after another until *end*."""
        while not end.is_set():
            await self.write(items, 1)
            await asyncio.sleep(self._random.uniform(0, LONGEST_PAUSE))


async def _make(plan: Plan, items: ItemsClient) -> Call:
    sent = time.monotonic()
    method = getattr(items.stub, plan.request.DESCRIPTOR.name.removesuffix("Request"))
    try:
        answer = await items.call(method, plan.request)
    except (NotFound, AlreadyExists):
        effects: tuple[Effect, ...] = ()
    else:
        effects = tuple(Effect(item.id, item.revision) for item in written(answer))
    return Call(plan.name, plan.size, plan.is_whole, sent, time.monotonic(), effects)
