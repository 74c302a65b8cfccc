"""The primary is killed under load: what was acknowledged is there, once, and all go on."""

from pathlib import Path
from random import Random

import pytest

from tests.standby.campaign import Campaign
from tests.standby.three import three_servers


async def _run(folder: Path, random: Random, kills: int) -> None:
    with three_servers() as three:
        campaign = Campaign(folder, three, random)
        complaints = await campaign.run(kills)
    assert not complaints, "\n".join((f"{len(complaints)} complaints:", *complaints[:30]))
    print(f"{len(campaign.calls)} calls, {campaign.interruptions} interruptions")  # noqa: T201  # shown on request
    assert campaign.interruptions >= kills


@pytest.mark.timeout(120)
async def test_a_failover_loses_nothing_and_repeats_nothing(folder: Path, random: Random) -> None:
    await _run(folder, random, kills=2)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
async def test_many_failovers_lose_nothing_and_repeat_nothing(folder: Path, random: Random) -> None:
    await _run(folder, random, kills=25)
