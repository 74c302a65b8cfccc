"""A facade in front of two servers, one or both of which do not answer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import httpx
import pytest

from tests.replicas.scripted import ALWAYS, Replica, two_replicas
from tests.servers import rest_client

CALLS = range(10)
BATCHES = range(4)
"""So many that each server gets one."""


class Site(NamedTuple):
    """A facade, and the servers behind it."""

    rest: httpx.AsyncClient
    one: Replica
    two: Replica

    async def create(self, name: str, headers: dict[str, str] | None = None) -> int:
        """The status of the answer to a creation."""
        answer = await self.rest.post("/v1/items", json={"id": name, "name": "x"}, headers=headers)
        return answer.status_code


@pytest.fixture
async def site(folder: Path) -> AsyncIterator[Site]:
    """A facade that uses both of its servers."""
    async with two_replicas() as (one, two, target), rest_client(folder, target) as rest:
        async with asyncio.timeout(10):
            while not (one.calls and two.calls):
                await rest.get("/v1/items/a")
        one.calls = two.calls = 0
        yield Site(rest, one, two)


async def test_a_batch_that_one_server_fails_fails_none_of_its_gets(site: Site) -> None:
    site.one.failures = 1
    for _ in BATCHES:
        answers = await asyncio.gather(*(site.rest.get(f"/v1/items/{n}") for n in CALLS))
        assert {answer.status_code for answer in answers} == {200}
    assert site.one.failures == 0


async def test_a_write_with_a_key_that_one_server_fails_goes_to_another_one(site: Site) -> None:
    site.one.failures = 1
    for _ in BATCHES:
        keys = [{"idempotency-key": str(uuid4())} for _ in CALLS]
        statuses = await asyncio.gather(*(site.create(f"i{n}", keys[n]) for n in CALLS))
        assert set(statuses) == {201}
    assert site.one.failures == 0


async def test_a_write_without_a_key_that_a_server_fails_is_sent_once(site: Site) -> None:
    site.one.failures = site.two.failures = ALWAYS
    assert await site.create("a") == 503
    assert site.one.calls + site.two.calls == 1


async def test_a_write_with_a_key_is_given_up_if_no_server_answers(site: Site) -> None:
    site.one.failures = site.two.failures = ALWAYS
    assert await site.create("a", {"idempotency-key": str(uuid4())}) == 503
    assert site.one.calls + site.two.calls == 5


async def test_a_caller_in_a_hurry_is_told_of_the_failure_while_it_waits(site: Site) -> None:
    site.one.failures = site.two.failures = ALWAYS
    headers = {"idempotency-key": str(uuid4()), "request-timeout": "0.2"}
    assert await site.create("a", headers) == 503
