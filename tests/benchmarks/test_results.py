"""What the benchmarks make of their samples."""

from benchmarks.case import REST_CREATE, REST_GET, Target
from benchmarks.load.load import Sample
from benchmarks.promise import too_heavy, too_slow
from benchmarks.results import Results


def _at(rate: float) -> Sample:
    return Sample(requests=1000, seconds=1000 / rate, p50=0.001, p99=0.002)


def _results(mine: tuple[float, ...], tutorial: tuple[float, ...]) -> Results:
    results = Results()
    for case in (REST_GET, REST_CREATE):
        for rate in mine:
            results.add(case, _at(rate))
        for rate in tutorial:
            results.add(case.on(Target.TUTORIAL), _at(rate))
    return results


def test_the_ratio_compares_rounds_so_that_a_slow_one_slows_both() -> None:
    results = _results((5000, 500, 6000), (1000, 100, 1000))
    assert results.ratio(REST_GET, Target.TUTORIAL) == 5


def test_a_case_has_no_ratio_to_itself() -> None:
    results = _results((5000,), (1000,))
    assert results.ratio(REST_GET.on(Target.TUTORIAL), Target.TUTORIAL) is None


def test_exactly_as_fast_as_promised_is_fast_enough() -> None:
    assert too_slow(_results((5000,), (1000,)), at_least=5) == []


def test_rest_below_its_promise_is_named() -> None:
    shortfalls = too_slow(_results((4990,), (1000,)), at_least=5)
    assert shortfalls == [
        "REST get at 64 in flight is 4.99x the tutorial, less than 5x",
        "REST create at 64 in flight is 4.99x the tutorial, less than 5x",
    ]


def test_a_server_at_the_limit_is_too_heavy() -> None:
    assert too_heavy({"facade": 149.9, "server": 150.0}, megabytes=150) == [
        "the server weighs 150 MB, not less than 150 MB"
    ]


def test_percentiles_are_of_the_sorted_latencies() -> None:
    sample = Sample.of([number / 100 for number in range(100, 0, -1)], seconds=2)
    assert (sample.requests, sample.rate, sample.p50, sample.p99) == (100, 50, 0.51, 1.0)
