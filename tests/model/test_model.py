"""The service does what the model says, over random histories."""

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.model.machine import Histories


def histories(examples: int, steps: int) -> None:
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.timeout(900)  # a failure is made as small as it gets, which takes five minutes
def test_the_service_does_what_the_model_says() -> None:
    histories(examples=100, steps=40)


@pytest.mark.campaign
@pytest.mark.timeout(4 * 3600)
def test_the_service_does_what_the_model_says_over_very_many_histories() -> None:
    histories(examples=4000, steps=100)
