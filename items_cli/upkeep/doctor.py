"""`items doctor`: examine a store."""

import json
from dataclasses import asdict
from datetime import UTC, datetime

import typer

from items_cli.upkeep.store_errors import store_errors
from store_tools.doctor.examination import examine_store
from store_tools.doctor.findings import Report

UNSOUND = 1
"""The exit code if there are findings."""


@store_errors()
def doctor(store: str, *, as_json: bool) -> int:
    """Examine *store*, print the findings, and return the exit code."""
    report = examine_store(store, datetime.now(UTC))
    _print_json(report) if as_json else _print_lines(report)
    return UNSOUND if report.findings else 0


def _print_lines(report: Report) -> None:
    typer.echo(
        f"store {report.store_id} at revision {report.revision}: "
        f"{_number(report.items)} items, {_number(report.changes)} changes"
    )
    for finding in report.findings:
        typer.echo(finding)
    typer.echo(f"{len(report.findings)} findings" if report.findings else "sound")


def _number(count: int | None) -> str:
    return "uncountable" if count is None else f"{count:,}"


def _print_json(report: Report) -> None:
    typer.echo(json.dumps({**asdict(report), "is_sound": not report.findings}))
