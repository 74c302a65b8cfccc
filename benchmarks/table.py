"""The table, as text."""

from collections.abc import Iterator, Sequence

from benchmarks.case import CASES, Case, Target
from benchmarks.results import Results

_HEAD = ("", "in flight", "req/s", "p50 ms", "p99 ms", "x tutorial", "x bare")


def table(results: Results) -> str:
    """A row for each case: the medians of its rounds, and its ratios to the peers."""
    return aligned([_HEAD, *(_row(results, case) for case in CASES)])


def aligned(rows: Sequence[Sequence[str]]) -> str:
    """*rows* in columns: the first to the left, the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join("  ".join(_cells(row, widths)).rstrip() for row in rows)


def _cells(row: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    for index, (cell, width) in enumerate(zip(row, widths, strict=True)):
        yield cell.rjust(width) if index else cell.ljust(width)


def _row(results: Results, case: Case) -> tuple[str, ...]:
    return (
        case.name,
        str(case.in_flight),
        f"{results.median(case, lambda sample: sample.rate):,.0f}",
        f"{results.median(case, lambda sample: sample.p50 * 1000):.2f}",
        f"{results.median(case, lambda sample: sample.p99 * 1000):.2f}",
        _ratio(results, case, Target.TUTORIAL),
        _ratio(results, case, Target.BARE),
    )


def _ratio(results: Results, case: Case, peer: Target) -> str:
    compared = case.target in {Target.REST, Target.GRPC} and (
        peer is not Target.BARE or case.target is Target.GRPC
    )
    ratio = results.ratio(case, peer) if compared else None
    return f"{ratio:.2f}" if ratio else ""
