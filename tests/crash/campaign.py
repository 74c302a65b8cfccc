"""Rounds of a server that is killed while clients write to it, over one store."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

from grpc import aio

from items.v1 import items_pb2_grpc
from tests.crash.calling import ask_history, make
from tests.crash.checker import complaints
from tests.crash.facts import Call
from tests.crash.history import read_stored
from tests.crash.plans import ITEMS, Plan, random_plan
from tests.processes import ServerProcess

CLIENTS = 12


class Campaign:
    """What clients have been told so far by the servers over the store in *folder*.

    *recovered* is how many calls had no answer when the server was killed, but were
    committed: the retries of these must not write again.
    """

    def __init__(self, folder: Path, random: Random) -> None:
        self._folder = folder
        self._random = random
        self._calls = dict[str, Call]()
        self._unanswered: list[Plan] = []
        self._round = 0
        self.recovered = 0

    @property
    def answered(self) -> int:
        """How many calls were answered."""
        return sum(call.effects is not None for call in self._calls.values())

    async def write_until_killed(self) -> None:
        """Start the server, check what it holds, and kill it while clients write."""
        self._round += 1
        with ServerProcess(self._folder) as server:
            await self._check(server)
            moment = self._random.uniform(0.05, 0.6)
            asyncio.get_running_loop().call_later(moment, server.kill)
            await asyncio.gather(*(self._write(server, client) for client in range(CLIENTS)))

    async def check(self) -> None:
        """Start the server once more, and check what it holds and what it tells of that.

        Raises:
            AssertionError: that is not what clients were told.
        """
        with ServerProcess(self._folder) as server:
            await self._check(server)
            stored = read_stored(server.store)
            async with _stub(server) as stub:
                for item_id in ITEMS:
                    assert await ask_history(item_id, stub) == [
                        (version.revision, version.call)
                        for version in stored.versions
                        if version.item_id == item_id
                    ]

    async def _check(self, server: ServerProcess) -> None:
        server.wait_until_serving()
        await self._retry(server)
        found = complaints(list(self._calls.values()), read_stored(server.store))
        assert not found, "\n".join(found)
        assert not server.faults()

    async def _retry(self, server: ServerProcess) -> None:
        """Make every call again that had no answer, and may be made again: all at once."""
        retried, self._unanswered = self._unanswered, []
        committed = {version.call for version in read_stored(server.store).versions}
        self.recovered += sum(plan.name in committed for plan in retried)
        async with _stub(server) as stub:
            calls = [make(plan, stub, self._calls[plan.name].sent) for plan in retried]
            for call in await asyncio.gather(*calls):
                assert call.effects is not None, f"{call.name} has no answer"
                self._calls[call.name] = call

    async def _write(self, server: ServerProcess, client: int) -> None:
        """Make one random call after another until the server is gone."""
        random = Random(self._random.getrandbits(64))  # noqa: S311  # to be repeated, not secret
        async with _stub(server) as stub:
            number = 0
            is_gone = False
            while not is_gone:
                plan = random_plan(random, f"{self._round}-{client}-{number}")
                call = self._calls[plan.name] = await make(plan, stub)
                is_gone = call.effects is None
                number += 1
            if plan.request.request_id:
                self._unanswered.append(plan)


@asynccontextmanager
async def _stub(server: ServerProcess) -> AsyncIterator[items_pb2_grpc.ItemServiceStub]:
    """A client of its own connection."""
    options = (("grpc.use_local_subchannel_pool", 1),)
    async with aio.insecure_channel(server.address, options=options) as channel:
        yield items_pb2_grpc.ItemServiceStub(channel)
