"""`items store`: move a store to another database."""

from typing import Annotated

import typer

from items_cli.help import Command, Group

From = Annotated[str, typer.Argument(metavar="FROM", help="The URL of the store.")]
To = Annotated[
    str, typer.Argument(metavar="TO", help="The URL of an empty database, or an unfinished copy.")
]
One = Annotated[str, typer.Argument(metavar="ONE", help="The URL of a store.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="The URL of the other store.")]
Closed = Annotated[str, typer.Argument(metavar="URL", help="The URL of the store that was moved.")]
Follow = Annotated[
    bool, typer.Option("--follow", help="Copy beside the servers, and follow until Ctrl-C.")
]
Close = Annotated[bool, typer.Option("--close", help="Let no server open FROM afterwards.")]


def store_app() -> typer.Typer:
    """Return the group with its commands."""
    app = typer.Typer(
        cls=Group,
        no_args_is_help=True,
        help="Move a store to another database, SQLite or PostgreSQL.",
        rich_markup_mode="markdown",
    )
    for command in (copy, verify, reopen):
        app.command(cls=Command)(command)
    return app


def copy(from_: From, to: To, follow: Follow = False, close: Close = False) -> None:
    """Copy the store at FROM to the database at TO.

    Ids, revisions, history, answered request ids and sinks are the same there: etags, page
    tokens and cursors stay valid. No server opens the copy before it is finished. A command
    that was interrupted resumes when it is run again.

    Exit codes: 0 finished, 1 servers use FROM and the copy cannot be finished, 2 a store cannot
    be used, 130 interrupted.
    """
    from items_cli.upkeep.copy import Order
    from items_cli.upkeep.copy import copy as copy_store

    raise typer.Exit(copy_store(Order(from_, to, follows=follow, closes=close)))


def verify(one: One, other: Other) -> None:
    """Compare two stores at the newest revision that both have.

    Servers may use them meanwhile. Exit codes: 0 they are equal, 1 they differ, 2 they cannot
    be compared, 3 they are equal as far as both have come.
    """
    from items_cli.upkeep.verify import verify as compare

    raise typer.Exit(compare(one, other))


def reopen(url: Closed) -> None:
    """Let servers open a store again that was moved and closed.

    It does not hold what has been written to the copy since.
    """
    from items_cli.upkeep.copy import reopen as reopen_store

    reopen_store(url)
