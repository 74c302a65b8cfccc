import grpc
import pytest

from items_client import NEVER, RetryPolicy
from items_client.errors import (
    DeadlineExceeded,
    ErrorDetail,
    EtagMismatch,
    ItemsError,
    Overloaded,
    ServiceFailed,
    Unavailable,
)


def unavailable(retry_delay: float | None = None) -> Unavailable:
    return Unavailable(grpc.StatusCode.UNAVAILABLE, "no", ErrorDetail(retry_delay=retry_delay))


def policy(randomness: float) -> RetryPolicy:
    return RetryPolicy(randomness=lambda: randomness)


def test_the_waits_double_up_to_the_longest() -> None:
    waits = [policy(1.0).delay(unavailable(), attempt) for attempt in range(1, 8)]
    assert waits == [0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0]


def test_a_wait_is_at_least_half_of_what_it_may_be() -> None:
    assert policy(0.0).delay(unavailable(), 3) == 0.2


def test_the_last_attempt_is_not_followed_by_a_wait() -> None:
    assert RetryPolicy(attempts=3).delay(unavailable(), 3) is None


def test_without_retries_the_first_error_counts() -> None:
    assert NEVER.delay(unavailable(), 1) is None


@pytest.mark.parametrize(("randomness", "wait"), [(0.0, 2.0), (1.0, 3.0)])
def test_a_delay_that_the_service_names_is_never_cut_short(randomness: float, wait: float) -> None:
    assert policy(randomness).delay(unavailable(retry_delay=2.0), 1) == wait


def test_a_negative_delay_is_none() -> None:
    assert policy(0.5).delay(unavailable(retry_delay=-3.0), 1) == 0.0


def test_an_overloaded_service_is_asked_again_only_if_it_says_when() -> None:
    code = grpc.StatusCode.RESOURCE_EXHAUSTED
    assert policy(0.0).delay(Overloaded(code, "no"), 1) is None
    assert policy(0.0).delay(Overloaded(code, "no", ErrorDetail(retry_delay=1.0)), 1) == 1.0


@pytest.mark.parametrize("kind", [EtagMismatch, DeadlineExceeded, ServiceFailed])
def test_what_would_fail_again_is_not_sent_again(kind: type[ItemsError]) -> None:
    assert policy(0.0).delay(kind(grpc.StatusCode.UNKNOWN, "no"), 1) is None
