"""Random requests, one after the other, to one server."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.abuse.client import METHODS, SERVICE, Client
from tests.abuse.fuzz import messages


def fuzzed(examples: int) -> settings:
    return settings(
        max_examples=examples,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )


def refuses_or_answers(client: Client, method: str, data: st.DataObject) -> None:
    """The client holds each answer to the contract; here the server must be the one to end it."""
    request = data.draw(messages(SERVICE.methods_by_name[method].input_type))
    answer = client.call(method, request, timeout=20)
    assert answer.code == "OK" or answer.reason


@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
@fuzzed(examples=60)
def test_a_random_request_is_answered_or_refused_for_a_reason(
    client: Client, method: str, data: st.DataObject
) -> None:
    refuses_or_answers(client, method, data)


@pytest.mark.campaign
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("method", METHODS)
@given(data=st.data())
@fuzzed(examples=10_000)
def test_very_many_random_requests_are_answered_or_refused_for_a_reason(
    client: Client, method: str, data: st.DataObject
) -> None:
    refuses_or_answers(client, method, data)
