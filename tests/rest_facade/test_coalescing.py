"""Batches: who shares one, and what neighbours notice of each other: nothing."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from grpc import StatusCode
from structlog.testing import capture_logs

from rest_facade.problems.problems import Problem
from rest_facade.upstream.coalescing import Coalescer, Limits
from rest_facade.upstream.disconnect import Departure
from rest_facade.upstream.forwarding import Forwarded

LIMITS = Limits(questions=4, bytes=100, calls=1, waiting=100, waiting_bytes=10_000)


class Upstream:
    """Answers each question with itself in capitals; *gate* holds every batch up.

    *asked* is set when the first one has come.
    """

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.calls: list[Forwarded] = []
        self.asked = asyncio.Event()
        self.gate = asyncio.Event()
        self.gate.set()

    async def ask(self, questions: Sequence[str], call: Forwarded) -> Sequence[str | Problem]:
        self.batches.append(list(questions))
        self.calls.append(call)
        self.asked.set()
        await self.gate.wait()
        if "poison" in questions:
            raise Problem(StatusCode.INVALID_ARGUMENT, "VALIDATION_FAILED", "poison")
        if "outage" in questions:
            raise Problem(StatusCode.UNAVAILABLE, "UPSTREAM_UNAVAILABLE", "outage")
        return [
            Problem(StatusCode.NOT_FOUND, "ITEM_NOT_FOUND", text) if text == "no" else text.upper()
            for text in questions
        ]


def caller(
    name: str = "", seconds: float = 30, request_id: str = "", departure: Departure | None = None
) -> Forwarded:
    identity = (("authorization", name),) if name else ()
    deadline = asyncio.get_running_loop().time() + seconds
    return Forwarded(identity, (("x-request-id", request_id),), deadline, departure)


async def test_calls_of_one_turn_of_the_loop_share_a_batch() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    answers = await asyncio.gather(*(coalescer.ask(text, 1, caller()) for text in "abc"))
    assert answers == ["A", "B", "C"]
    assert upstream.batches == [["a", "b", "c"]]


async def test_the_next_batch_gathers_while_one_is_under_way() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    first = asyncio.ensure_future(coalescer.ask("a", 1, caller()))
    await upstream.asked.wait()
    others = [asyncio.ensure_future(coalescer.ask(text, 1, caller())) for text in "bcd"]
    await asyncio.sleep(0)
    upstream.gate.set()
    assert await asyncio.gather(first, *others) == ["A", "B", "C", "D"]
    assert upstream.batches == [["a"], ["b", "c", "d"]]


async def test_a_batch_is_bounded_in_questions_and_in_bytes() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    sizes = {"a": 60, "b": 60, "c": 1, "d": 500, "e": 1, "f": 1, "g": 1, "h": 1, "i": 1}
    await asyncio.gather(*(coalescer.ask(text, size, caller()) for text, size in sizes.items()))
    assert upstream.batches == [["a"], ["b", "c"], ["d"], ["e", "f", "g", "h"], ["i"]]


async def test_callers_of_different_identity_never_share_a_batch() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    await asyncio.gather(
        *(coalescer.ask(text, 1, caller(name)) for text, name in zip("abcd", "xyxy", strict=True))
    )
    assert sorted(upstream.batches) == [["a", "c"], ["b", "d"]]
    assert {call.identity[0][1] for call in upstream.calls} == {"x", "y"}


async def test_a_call_alone_goes_under_its_own_id_and_a_shared_one_under_a_new_one() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    await coalescer.ask("a", 1, caller(request_id="mine"))
    await asyncio.gather(*(coalescer.ask(text, 1, caller(request_id=text)) for text in "bc"))
    assert upstream.calls[0].correlation_id == "mine"
    assert upstream.calls[1].correlation_id not in {"b", "c", ""}


async def test_a_refused_question_does_not_disturb_its_neighbours() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    answers = await asyncio.gather(
        *(coalescer.ask(text, 1, caller()) for text in ("a", "no", "b")), return_exceptions=True
    )
    assert [answers[0], answers[2]] == ["A", "B"]
    assert isinstance(answers[1], Problem)


async def test_a_question_that_spoils_its_batch_is_refused_alone() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    answers = await asyncio.gather(
        *(coalescer.ask(text, 1, caller()) for text in ("a", "poison", "b")),
        return_exceptions=True,
    )
    assert [answers[0], answers[2]] == ["A", "B"]
    assert isinstance(answers[1], Problem)
    assert upstream.batches == [["a", "poison", "b"], ["a"], ["poison"], ["b"]]


async def test_an_outage_is_told_to_each_caller_and_nothing_is_sent_again() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    answers = await asyncio.gather(
        *(coalescer.ask(text, 1, caller()) for text in ("a", "outage")), return_exceptions=True
    )
    reasons = [answer.reason for answer in answers if isinstance(answer, Problem)]
    assert reasons == ["UPSTREAM_UNAVAILABLE"] * 2
    assert answers[0] is not answers[1]
    assert upstream.batches == [["a", "outage"]]


async def test_a_caller_that_goes_away_leaves_its_neighbours_their_answers() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    leaving, staying = (asyncio.ensure_future(coalescer.ask(text, 1, caller())) for text in "ab")
    await upstream.asked.wait()
    leaving.cancel()
    upstream.gate.set()
    assert await staying == "B"
    with pytest.raises(asyncio.CancelledError):
        await leaving


async def test_a_caller_that_left_the_queue_is_not_asked_for() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    first = asyncio.ensure_future(coalescer.ask("a", 1, caller()))
    await upstream.asked.wait()
    leaving, staying = (asyncio.ensure_future(coalescer.ask(text, 1, caller())) for text in "bc")
    await asyncio.sleep(0)
    leaving.cancel()
    await asyncio.sleep(0)
    upstream.gate.set()
    await asyncio.gather(first, staying)
    assert upstream.batches == [["a"], ["c"]]


async def test_each_caller_waits_no_longer_than_it_wants() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    hurried = asyncio.ensure_future(coalescer.ask("a", 1, caller(seconds=0.01)))
    patient = asyncio.ensure_future(coalescer.ask("b", 1, caller()))
    with pytest.raises(Problem, match="deadline"):
        await hurried
    upstream.gate.set()
    assert await patient == "B"


async def test_a_batch_lasts_as_long_as_its_most_patient_caller() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    callers = [caller(seconds=5), caller(seconds=50), caller(seconds=20)]
    await asyncio.gather(*(coalescer.ask("a", 1, call) for call in callers))
    assert upstream.calls[0].deadline == callers[1].deadline


async def test_more_calls_than_may_wait_are_refused_with_a_time_to_come_back() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, replace(LIMITS, waiting=2))
    upstream.gate.clear()
    waiting = [asyncio.ensure_future(coalescer.ask(text, 1, caller())) for text in "ab"]
    await asyncio.sleep(0)
    with pytest.raises(Problem) as refusal:
        await coalescer.ask("c", 1, caller())
    assert (refusal.value.reason, refusal.value.retry_after) == ("OVERLOADED", 1.0)
    upstream.gate.set()
    assert await asyncio.gather(*waiting) == ["A", "B"]
    assert await coalescer.ask("c", 1, caller()) == "C"


async def test_more_bytes_than_may_wait_are_refused_but_never_a_question_alone() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, replace(LIMITS, waiting_bytes=100))
    upstream.gate.clear()
    waiting = asyncio.ensure_future(coalescer.ask("a", 1000, caller()))
    await upstream.asked.wait()
    with pytest.raises(Problem, match="too many"):
        await coalescer.ask("b", 1, caller())
    upstream.gate.set()
    assert await waiting == "A"
    assert await coalescer.ask("b", 1, caller()) == "B"


async def test_a_client_that_goes_away_leaves_the_queue_and_its_question_is_not_put() -> None:
    upstream, departure = Upstream(), Departure()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    calls = [caller(), caller(departure=departure), caller()]
    first = asyncio.ensure_future(coalescer.ask("a", 1, calls[0]))
    await upstream.asked.wait()
    leaving, staying = (
        asyncio.ensure_future(coalescer.ask(text, 1, call))
        for text, call in zip("bc", calls[1:], strict=True)
    )
    await asyncio.sleep(0)
    departure.happen()
    with pytest.raises(Problem, match="went away"):
        await leaving
    assert coalescer.waiting == 2
    upstream.gate.set()
    await asyncio.gather(first, staying)
    assert upstream.batches == [["a"], ["c"]]


async def test_a_client_that_has_gone_already_puts_no_question() -> None:
    upstream, departure = Upstream(), Departure()
    departure.happen()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    with pytest.raises(Problem, match="went away"):
        await coalescer.ask("a", 1, caller(departure=departure))
    assert not upstream.batches


async def test_calls_whose_time_is_over_make_room_for_others_while_batches_hang() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(
        upstream.ask, replace(LIMITS, waiting=3, waiting_bytes=30)
    )
    upstream.gate.clear()
    hanging = asyncio.ensure_future(coalescer.ask("a", 10, caller()))
    await upstream.asked.wait()
    for text in ("b", "c", "d", "e"):
        with pytest.raises(Problem, match="deadline"):
            await coalescer.ask(text, 20, caller(seconds=0.01))
    assert coalescer.waiting == 1
    upstream.gate.set()
    assert await hanging == "A"
    await coalescer.close()
    assert upstream.batches == [["a"]]


async def test_a_bug_is_told_to_each_caller_and_nobody_hangs() -> None:
    async def too_few(_: Sequence[str], __: Forwarded) -> Sequence[str | Problem]:
        return ["only one"]

    coalescer: Coalescer[str, str] = Coalescer(too_few, LIMITS)
    answers = await asyncio.gather(
        *(coalescer.ask(text, 1, caller()) for text in "ab"), return_exceptions=True
    )
    assert any(isinstance(answer, ValueError) for answer in answers)


async def test_closing_waits_for_what_is_under_way() -> None:
    upstream = Upstream()
    coalescer: Coalescer[str, str] = Coalescer(upstream.ask, LIMITS)
    upstream.gate.clear()
    asked = asyncio.ensure_future(coalescer.ask("a", 1, caller()))
    await upstream.asked.wait()
    closing = asyncio.ensure_future(coalescer.close())
    await asyncio.sleep(0)
    assert not closing.done()
    upstream.gate.set()
    await closing
    assert await asked == "A"


async def test_a_batch_that_fails_by_a_fault_is_logged_with_the_ids_of_its_callers() -> None:
    async def fail(_: Sequence[str], __: Forwarded) -> Sequence[str | Problem]:
        raise Problem(StatusCode.INTERNAL, "INTERNAL", "bland")

    coalescer: Coalescer[str, str] = Coalescer(fail, LIMITS)
    with capture_logs() as log:
        await asyncio.gather(
            *(coalescer.ask(text, 1, caller(request_id=text)) for text in "ab"),
            return_exceptions=True,
        )
    [event] = log
    assert event["callers"] == ["a", "b"]
    assert event["correlation_id"] not in {"a", "b", ""}
