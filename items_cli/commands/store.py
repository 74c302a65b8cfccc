"""`items store`: moving a store to another database."""

from typing import Annotated

import typer

from items_cli.upkeep import upkeep

From = Annotated[str, typer.Argument(metavar="FROM", help="The store.")]
To = Annotated[str, typer.Argument(metavar="TO", help="An empty database, or an unfinished copy.")]
One = Annotated[str, typer.Argument(metavar="ONE", help="A store.")]
Other = Annotated[str, typer.Argument(metavar="OTHER", help="Another one.")]
Closed = Annotated[str, typer.Argument(metavar="URL", help="The store that was moved.")]
Follow = Annotated[
    bool, typer.Option("--follow", help="Copy beside servers, and go on until Ctrl-C.")
]
Close = Annotated[bool, typer.Option("--close", help="Let no server open FROM any more.")]


def store_app() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        no_args_is_help=True,
        help="Move a store to another database: SQLite, PostgreSQL, in any direction.",
        rich_markup_mode="markdown",
    )
    for command in (copy, verify, reopen):
        app.command()(command)
    return app


def copy(from_: From, to: To, follow: Follow = False, close: Close = False) -> None:
    """Copy the store at FROM to the database at TO, with all that others hold of it.

    Ids, revisions, history, answered request ids and sinks are the same there: etags, page
    tokens and cursors stay valid. No server opens the copy before it is finished. A command
    that was interrupted goes on where it was. The exit code is 1 if servers use FROM, so
    that the copy cannot be finished.
    """
    flags = [flag for flag, is_set in (("--follow", follow), ("--close", close)) if is_set]
    upkeep(from_, "store", "copy", *flags, to=to)


def verify(one: One, other: Other) -> None:
    """Compare two stores by what they hold at the newest revision of both.

    Servers may use them meanwhile. The exit code is 0 if they are equal in all, 1 if they
    differ, 2 if they cannot be compared, 3 if they are equal as far as both have come.
    """
    upkeep(one, "store", "verify", to=other)


def reopen(url: Closed) -> None:
    """Let servers open a store again that was closed when it was moved.

    What has been written where it was moved to is not in it.
    """
    upkeep(url, "store", "reopen")
