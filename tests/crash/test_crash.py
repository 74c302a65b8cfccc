"""The server is killed at random moments, and keeps what it has acknowledged."""

from pathlib import Path
from random import Random

import pytest

from tests.crash.campaign import Campaign
from tests.crash.history import read_stored
from tests.processes import ServerProcess
from tests.standby.cluster import until


async def _run(campaign: Campaign, rounds: int) -> None:
    for _ in range(rounds):
        await campaign.write_until_killed()
    await campaign.check()
    assert campaign.answered > rounds
    assert campaign.recovered, "no call was committed and unanswered, so that no retry was tested"


@pytest.mark.timeout(300)
async def test_what_was_acknowledged_survives_a_kill_at_any_moment(
    folder: Path, random: Random
) -> None:
    await _run(Campaign(folder, random), rounds=15)


def test_a_server_that_is_killed_while_it_makes_its_store_starts_the_next_time(
    folder: Path, random: Random
) -> None:
    for number in range(8):
        (home := folder / str(number)).mkdir()
        with ServerProcess(home) as killed:
            until(killed.store.exists)
            killed.kill_after(random.uniform(0, 0.1))
        with ServerProcess(home) as server:
            server.wait_until_serving()
            assert read_stored(server.store).revision == 0


@pytest.mark.campaign
@pytest.mark.timeout(3600)
async def test_what_was_acknowledged_survives_many_kills(folder: Path, random: Random) -> None:
    await _run(Campaign(folder, random), rounds=500)
