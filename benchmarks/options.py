"""The options of the command line."""

import argparse
import math
from pathlib import Path

MILLION = 1_000_000


def parse_options() -> argparse.Namespace:
    """The options, checked; a mistake ends the process with a message."""
    parser = argparse.ArgumentParser("python -m benchmarks")
    add = parser.add_argument
    add("--seconds", type=_positive, default=2.0, help="the longest a load lasts (%(default)s)")
    add("--requests", type=_count, default=MILLION, help="the most requests of a load")
    add("--rounds", type=_count, default=5, help="how often each case is measured (%(default)s)")
    add("--known", type=_count, default=1000, help="how many items gets ask for (%(default)s)")
    add(
        "--at-least",
        type=float,
        default=5.0,
        help="fail if REST at 64 in flight is not so many times the tutorial (%(default)s)",
    )
    add(
        "--million-gets",
        action="store_true",
        help="instead: get a million times, and fail if the service weighs too much after it",
    )
    add("--megabytes", type=_positive, default=150.0, help="what is too much (%(default)s)")
    add("--folder", type=_folder, help="where the stores are kept (with the temporary files)")
    return parser.parse_args()


def _positive(text: str) -> float:
    number = float(text)
    if not 0 < number < math.inf:
        raise argparse.ArgumentTypeError(f"{text} is not a number above 0")
    return number


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{text} is not at least 1")
    return number


def _folder(text: str) -> Path:
    folder = Path(text)
    if not folder.is_dir():
        raise argparse.ArgumentTypeError(f"there is no folder {text}")
    return folder
