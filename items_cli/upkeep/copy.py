"""`items store copy` and `items store reopen`: move a store to another database."""

import shlex
import signal
from collections.abc import Iterator
from dataclasses import dataclass

import typer

from items_cli.upkeep.copy_progress import CopyProgress
from items_cli.upkeep.following import following
from items_cli.upkeep.store_errors import store_errors
from items_runtime.configuration.passwords import without_password
from items_runtime.program import INTERRUPTED
from store_tools.moving import source_store
from store_tools.moving.move import Move, moving
from store_tools.moving.source_store import StoreServed

UNFINISHED = 1
"""The exit code of `copy` if servers use the store."""

_NOT_FINISHED = "the copy is not finished; stop the servers, and run the command again"

_STEPS = """\
The copy follows the store. To move:
  1. Stop every server of {there}
  2. End this command with Ctrl-C: it copies the rest, and finishes the copy.
  3. Start the servers with --store {here}"""


@dataclass(frozen=True, slots=True)
class Order:
    """The store to copy, by its URL, where to, and the flags of the command."""

    store: str
    to: str
    follows: bool = False
    closes: bool = False


@store_errors()
def copy(order: Order) -> int:
    """Copy the store, print how it goes, and return the exit code."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with moving(order.store, order.to) as move:
            typer.echo(_beginning(move))
            with CopyProgress(move.left()) as progress:
                _move(order, move, progress)
    except StoreServed as error:
        typer.echo(f"{error}: {_NOT_FINISHED}")
        if not order.follows:
            typer.echo("--follow copies beside them")
        return UNFINISHED
    except KeyboardInterrupt:
        typer.echo("interrupted; run the same command again to resume")
        return INTERRUPTED
    for line in _outcome(order, move, progress):
        typer.echo(line)
    return 0


@store_errors()
def reopen(store: str) -> None:
    """Let servers open *store* again after it was closed."""
    moved_to = source_store.reopen(store)
    typer.echo(f"servers may open the store again; what {moved_to} has written since is not in it")


def _move(order: Order, move: Move, progress: CopyProgress) -> None:
    """Copy beside the servers, if the order follows, and the rest when there are none."""
    if order.follows:
        steps = _STEPS.format(there=_shown(order.store), here=_shown(order.to))
        with following(progress, steps) as observer:
            move.follow(progress.copied, observer, observer.ended)
    else:
        with source_store.unserved(order.store):
            move.catch_up(progress.copied)
    if order.closes:
        source_store.seal(order.store, move.here.url)
    with source_store.unserved(order.store):
        move.complete(progress.copied)


def _beginning(move: Move) -> str:
    head = move.head
    verb = f"going on after revision {head.revision:,}" if head.revision else "beginning"
    return f"store {head.store_id} from {move.there.url} to {move.here.url}: {verb}"


def _outcome(order: Order, move: Move, progress: CopyProgress) -> Iterator[str]:
    there, here = _shown(order.store), _shown(order.to)
    yield (
        f"{progress.count:,} changes in {progress.seconds:.1f} s; "
        f"the copy is finished, at revision {move.head.revision:,}"
    )
    yield f"compare them:       items store verify {there} {here}"
    yield f"start servers with: --store {here}"
    if not order.closes:
        yield f"let no server write to {there} any more (--close sees to that)"


def _shown(url: str) -> str:
    """Return *url* as a shell takes it, without its password."""
    return shlex.quote(without_password(url))
