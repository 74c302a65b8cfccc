"""The service does what the model says, over random histories."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Histories, HistoriesOnPostgresql


def histories(machine: type[Histories], examples: int, steps: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(900)  # a failure is made as small as it gets, which takes five minutes
@pytest.mark.parametrize(("machine", "examples"), [(Histories, 60), (HistoriesOnPostgresql, 25)])
def test_the_service_does_what_the_model_says(machine: type[Histories], examples: int) -> None:
    histories(machine, examples, steps=40)


@pytest.mark.campaign
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("machine", [Histories, HistoriesOnPostgresql])
def test_the_service_does_what_the_model_says_over_very_many_histories(
    machine: type[Histories],
) -> None:
    histories(machine, examples=4000, steps=100)
