"""`migrate plan`, `migrate apply` and `migrate check`."""

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING

from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.schema import migration
from grpc_server.database.schema.migration import Migration, Migrations
from store_tools import migration as migrating
from store_tools.access import beside, owned

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", store: ArgumentParser) -> None:
    """Add the group of the three, each with the flags of *store*."""
    group = commands.add_parser("migrate", help="the schema of the store")
    each = group.add_subparsers(required=True, metavar="COMMAND")
    planning = each.add_parser("plan", parents=[store], help="what would be done")
    planning.add_argument("--sql", action="store_true", help="the statements")
    planning.set_defaults(run=plan)
    applying = each.add_parser("apply", parents=[store], help="do it")
    applying.set_defaults(run=apply)
    checking = each.add_parser("check", parents=[store], help="can this version serve the store?")
    checking.set_defaults(run=check)


def plan(asked: Namespace) -> int:
    """Print what `apply` would do, and change nothing."""
    known = Migrations()
    with beside(asked.store) as database, database.snapshot() as connection:
        steps = migrating.pending(connection, known)
        if asked.sql and steps:
            found = migration.current(connection)
            print(known.statements(connection.dialect.name, found), end="")
            return 0
    for step in steps:
        print(_line(step))
    if not steps:
        print("nothing is to be done")
    return 0


def apply(asked: Namespace) -> int:
    """Apply what is pending, and print each step when it is done."""
    known = Migrations()
    with owned(asked.store) as database:
        migrating.apply(database, known, lambda step: print(_line(step), flush=True))
        with database.snapshot() as connection:
            print(f"the store has schema {migration.current(connection)}")
    return 0


def check(asked: Namespace) -> int:
    """Say whether this version can serve the store; 1 if not."""
    known = Migrations()
    with beside(asked.store) as database, database.snapshot() as connection:
        try:
            migration.refuse_foreign(connection)
            migration.refuse_unserved(connection, known, database.url)
        except StoreUnsupported as refusal:
            print(f"no: {refusal}")
            return 1
        found = migration.current(connection)
    print(f"yes: {_state(found, known.head)}")
    return 0


def _line(step: Migration) -> str:
    return f"{step.revision}  {step.title}"


def _state(found: str | None, head: str) -> str:
    if found is None:
        return f"the database is empty; the first server makes schema {head} in it"
    if found == head:
        return f"the store has schema {found}"
    return f"the store has schema {found}, and admits servers that know {head}"
