"""What the service promises, as limits: the benchmark fails where it falls short."""

from collections.abc import Mapping

from benchmarks.case import REST_CREATE, REST_GET, Target
from benchmarks.results import Results


def too_slow(results: Results, at_least: float) -> list[str]:
    """A sentence for each REST operation, busy, that is not *at_least* times the tutorial."""
    ratios = {case: results.ratio(case, Target.TUTORIAL) or 0 for case in (REST_GET, REST_CREATE)}
    return [
        f"{case.name} at {case.in_flight} in flight is {ratio:.2f}x the tutorial,"
        f" less than {at_least:g}x"
        for case, ratio in ratios.items()
        if ratio < at_least
    ]


def too_heavy(weights: Mapping[str, float], megabytes: float) -> list[str]:
    """A sentence for each server that does not weigh less than *megabytes*."""
    return [
        f"the {name} weighs {weight:.0f} MB, not less than {megabytes:g} MB"
        for name, weight in weights.items()
        if weight >= megabytes
    ]
