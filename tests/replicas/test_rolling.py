"""All processes of a deployment are replaced, and nobody notices."""

import asyncio
from pathlib import Path

import pytest

from tests.replicas.load import Load
from tests.replicas.rolling import deployment


@pytest.mark.parametrize(
    "rounds", [1, pytest.param(10, marks=[pytest.mark.campaign, pytest.mark.timeout(900)])]
)
async def test_a_rolling_restart_of_everything_is_noticed_by_nobody(
    folder: Path, rounds: int
) -> None:
    async with deployment(folder) as deployed:
        load = Load(deployed.upstream, deployed.facades)
        async with load.running():
            for _ in range(rounds):
                for address in deployed.addresses:
                    await asyncio.sleep(1)  # until the one before is used by everybody
                    await deployed.restart(address)
    assert load.complaints == []
    assert load.told == sorted(set(load.told))
    assert set(load.acknowledged) <= set(load.told)
    assert len(set(load.acknowledged)) == len(load.acknowledged)
    assert min(load.calls.values()) > 100, load.calls
