"""The rounds: every case once, then again in the opposite order, so that drift cancels."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from benchmarks.case import CASES, Addresses, Case, Target
from benchmarks.example import SEED
from benchmarks.load.generator import Generate
from benchmarks.load.load import Limit, Load, Operation, Sample
from benchmarks.results import Results

AMPLE = 3600.0
"""Seconds; for loads that end after a number of requests."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How often each case is measured, when each load ends, how many items gets ask for."""

    rounds: int
    limit: Limit
    known: int


def seed(generate: Generate, addresses: Addresses, known: int) -> None:
    """Create the *known* items that gets will ask for."""
    limit = Limit(AMPLE, known)
    for target in (Target.REST, Target.TUTORIAL):
        address = addresses.of(target)
        generate(Load(target.door, Operation.CREATE, address, 8, limit, SEED))


def measure(
    generate: Generate, addresses: Addresses, plan: Plan, report: Callable[[str], None]
) -> Results:
    """Run every round of *plan*, and one before them, not counted, to warm up.

    Raises:
        LoadFailed: an answer was not the expected one.
    """
    results = Results()
    warm_up = replace(plan, limit=replace(plan.limit, seconds=plan.limit.seconds / 4))
    report("warming up")
    _round(generate, addresses, warm_up, 0)
    for number in range(1, plan.rounds + 1):
        report(f"round {number} of {plan.rounds}")
        for case, sample in _round(generate, addresses, plan, number).items():
            results.add(case, sample)
    return results


def _round(generate: Generate, addresses: Addresses, plan: Plan, number: int) -> dict[Case, Sample]:
    cases = CASES if number % 2 else reversed(CASES)
    return {case: generate(_load(case, addresses, plan, number)) for case in cases}


def _load(case: Case, addresses: Addresses, plan: Plan, number: int) -> Load:
    """The load of *case* in a round; creates make items that no other load makes."""
    target, creates = case.target, case.operation is Operation.CREATE
    return Load(
        target.door,
        case.operation,
        addresses.of(target),
        case.in_flight,
        plan.limit,
        f"{target.name.lower()}-{case.in_flight}-{number}" if creates else SEED,
        plan.known if target.has_store else 1,
    )
