"""`python -m benchmarks`: measure, print, and fail if what was promised is not kept."""

import argparse
import sys
import tempfile
from pathlib import Path

from benchmarks.case import Addresses
from benchmarks.load.generator import generator
from benchmarks.load.load import Limit, LoadFailed
from benchmarks.machine import describe_machine
from benchmarks.memory import describe_weights, many_gets, weigh
from benchmarks.options import MILLION, parse_options
from benchmarks.promise import too_heavy, too_slow
from benchmarks.rounds import Plan, measure, seed
from benchmarks.servers.process import ServerFailed
from benchmarks.servers.subjects import item_service, peers
from benchmarks.table import table


def main() -> None:
    """Run what the command line asks for; the exit code is 1 if it falls short."""
    options = parse_options()
    with tempfile.TemporaryDirectory(prefix="items-bench-", dir=options.folder) as folder:
        run = _million_gets if options.million_gets else _compare
        try:
            shortfalls = run(Path(folder), options)
        except (LoadFailed, ServerFailed) as error:
            sys.exit(f"benchmark aborted: {error}")
    if shortfalls:
        sys.exit("\n".join(shortfalls))


def _compare(folder: Path, options: argparse.Namespace) -> list[str]:
    """Measure the service beside its peers; returns where it falls short."""
    _say(describe_machine(folder))
    plan = Plan(options.rounds, Limit(options.seconds, options.requests), options.known)
    with generator() as generate, item_service(folder) as service, peers(folder) as others:
        addresses, servers = Addresses(service, others), (*service.servers, others.tutorial)
        before = weigh(servers)
        seed(generate, addresses, options.known)
        results = measure(generate, addresses, plan, _say)
        after = weigh(servers)
    print(table(results))
    print(f"memory before: {describe_weights(before)}")
    print(f"memory after: {describe_weights(after)}")
    return too_slow(results, options.at_least)


def _million_gets(folder: Path, options: argparse.Namespace) -> list[str]:
    """Get a million times; returns which processes weigh too much after it."""
    with generator() as generate, item_service(folder) as service:
        weights = many_gets(generate, service, MILLION, options.known, _say)
    print(f"memory after {MILLION:,} gets: {describe_weights(weights)}")
    return too_heavy(weights, options.megabytes)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
