"""`doctor`: is the store sound?"""

import json
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.schema import migration
from grpc_server.database.schema.migration import Migrations
from store_tools.access import Database, beside
from store_tools.doctor.examination import examine
from store_tools.doctor.findings import Report

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", store: ArgumentParser) -> None:
    """Add the command, with the flags of *store*."""
    parser = commands.add_parser("doctor", parents=[store], help="is the store sound?")
    parser.add_argument("--json", action="store_true", help="one object, for programs")
    parser.set_defaults(run=doctor)


def doctor(asked: Namespace) -> int:
    """Print what is wrong with the store; 1 if anything is."""
    with beside(asked.store) as database, database.snapshot() as connection:
        report = examined(database, connection)
    _print_json(report) if asked.json else _print_lines(report)
    return 1 if report.findings else 0


def examined(database: Database, connection: Connection) -> Report:
    """Examine a store that this version serves; raises StoreUnsupported if it does not."""
    migration.refuse_foreign(connection)
    migration.refuse_unserved(connection, Migrations(), database.url)
    if migration.current(connection) is None:
        raise StoreUnsupported("the database is empty: no server has used it yet")
    return examine(connection, datetime.now(UTC))


def _print_lines(report: Report) -> None:
    print(
        f"store {report.store_id} at revision {report.revision}: "
        f"{_number(report.items)} items, {_number(report.changes)} changes"
    )
    for finding in report.findings:
        print(finding)
    print(f"{len(report.findings)} findings" if report.findings else "sound")


def _number(count: int | None) -> str:
    return "uncountable" if count is None else f"{count:,}"


def _print_json(report: Report) -> None:
    print(json.dumps({**asdict(report), "is_sound": not report.findings}))
