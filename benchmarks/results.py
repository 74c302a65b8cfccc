"""The results: what was measured of each case, round by round."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median

from benchmarks.case import Case, Target
from benchmarks.load.load import Sample


@dataclass(frozen=True, slots=True)
class Results:
    """A sample of each case for each round, in order; figures are medians of rounds."""

    samples: dict[Case, list[Sample]] = field(default_factory=lambda: defaultdict(list))

    def add(self, case: Case, sample: Sample) -> None:
        """Add the sample of the next round."""
        self.samples[case].append(sample)

    def median(self, case: Case, figure: Callable[[Sample], float]) -> float:
        """The median of *figure*."""
        return median(figure(sample) for sample in self.samples[case])

    def ratio(self, case: Case, peer: Target) -> float | None:
        """How many times as many requests a second *case* answers as *peer* does.

        The rounds are compared one by one, so that drift of the machine cancels out. None
        if the peer was not measured so.
        """
        others = self.samples.get(case.on(peer))
        if case.target is peer or not others:
            return None
        pairs = zip(self.samples[case], others, strict=True)
        return median(mine.rate / other.rate for mine, other in pairs)
