"""`items watch`: print the changes of the items as they happen."""

from typing import Annotated

import typer

from items_cli.errors import Failure, reason
from items_cli.flags import GRPC, Service
from items_cli.follower import Follower, Reporter
from items_cli.operators import misspelt_operators
from items_cli.output.terminal import say
from items_cli.session import Session, connect
from items_client import ItemsError, Watch
from items_runtime.program import INTERRUPTED

BROKEN = 1
"""The exit code if the stream broke a guarantee."""

Filter = Annotated[
    str,
    typer.Option(
        "--filter",
        metavar="FILTER",
        help='Only items that match: `labels.section = "editors" AND name = "vim*"`.',
    ),
]
FromRevision = Annotated[
    int | None,
    typer.Option(
        "--from",
        metavar="REVISION",
        min=0,
        help="Begin after this revision; 0 begins with the oldest change that is kept.",
        show_default="now",
    ),
]
WithSnapshot = Annotated[
    bool, typer.Option("--snapshot", help="Begin with the items that exist now.")
]
WithPrevious = Annotated[bool, typer.Option("--previous", help="Name the fields that changed.")]
AsJson = Annotated[
    bool, typer.Option("--json", help="Print JSON, one revision with its changes per line.")
]
Limit = Annotated[
    int | None, typer.Option("--limit", metavar="N", min=1, help="Stop after N changes.")
]
Verify = Annotated[
    bool,
    typer.Option("--verify", help="Check the guarantees of the stream; exit code 1 if one breaks."),
]


def watch(  # noqa: PLR0913, PLR0917  # a flag each
    where: Filter = "",
    from_revision: FromRevision = None,
    snapshot: WithSnapshot = False,
    previous: WithPrevious = False,
    as_json: AsJson = False,
    limit: Limit = None,
    verify: Verify = False,
    grpc: Service = str(GRPC),
) -> None:
    """Print every change as it happens, one per line.

    Changes come in order, each once. When the connection is lost or the service restarts, the
    command resumes where it was. Ctrl-C ends it, and prints the revision to resume from with
    `--from`.

    Exit codes: 0 the limit is reached, 1 refused or a guarantee was broken, 2 the service does
    not answer, 130 interrupted.
    """
    if snapshot and from_revision is not None:
        raise typer.BadParameter("--snapshot and --from cannot be combined; leave one out")
    for hint in misspelt_operators(where):
        say(hint)
    reporter = Reporter(verifies=verify)
    follower = Follower(as_json=as_json, limit=limit)
    with connect(grpc) as session:
        followed = session.items.watch(
            from_revision=from_revision,
            snapshot=snapshot,
            filter=where,
            previous=previous,
            observer=reporter,
        )
        code = _follow(session, follower, followed)
    if verify:
        say(_verdict(follower.printed, reporter.complaints))
    raise typer.Exit(BROKEN if reporter.complaints else code)


def _follow(session: Session, follower: Follower, watch: Watch) -> int:
    """Follow *watch* to the limit, or to Ctrl-C; return the exit code."""
    following = session.start(follower.follow(watch))
    try:
        following.result()
    except KeyboardInterrupt:
        following.cancel()
        session.run(watch.aclose())  # after the follower has let go of it
        say(_farewell(watch))
        return INTERRUPTED
    except ItemsError as error:
        raise Failure(reason(error)) from error
    session.run(watch.aclose())
    return 0


def _farewell(watch: Watch) -> str:
    if watch.revision is None:
        return "Ended before the first revision: there is none to resume from."
    return f"Ended at revision {watch.revision}. To resume from there: --from {watch.revision}"


def _verdict(changes: int, complaints: int) -> str:
    if complaints:
        return f"Verified {changes:,} changes: the guarantees were broken {complaints:,} times."
    return f"Verified {changes:,} changes: every guarantee was kept."
