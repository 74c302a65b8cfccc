"""`store copy`, `store verify` and `store reopen`: moving a store to another database."""

import os
import shlex
import signal
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from items_runtime.configuration.passwords import without_password
from items_runtime.program import INTERRUPTED
from store_tools.access import beside
from store_tools.moving import source_store
from store_tools.moving.comparison import MOST, Contents, Side, compare, compared_at, is_whole
from store_tools.moving.following import following
from store_tools.moving.move import Move, moving
from store_tools.moving.progress import Progress
from store_tools.moving.source_store import StoreServed

if TYPE_CHECKING:
    from argparse import _SubParsersAction

UNFINISHED = 1
"""How `copy` ends if servers use the store."""

DIFFERENT = 1
"""How `verify` ends if the two are not the same."""

BEHIND = 3
"""How `verify` ends if they are, as far as both have come; one of them is ahead, or unfinished."""

_STEPS = """\
The copy follows the store. To move:
  1. Stop every server of {there}
  2. End this command with Ctrl-C: it copies the rest, and finishes the copy.
  3. Start the servers with --store {here}"""


def add_to(commands: "_SubParsersAction[ArgumentParser]", store: ArgumentParser) -> None:
    """Add the group of the three, each with the flags of *store*."""
    group = commands.add_parser("store", help="move a store to another database")
    each = group.add_subparsers(required=True, metavar="COMMAND")
    copying = each.add_parser("copy", parents=[store, _other()], help="copy a store")
    copying.add_argument("--follow", action="store_true", help="go on until Ctrl-C")
    copying.add_argument("--close", action="store_true", help="let nobody serve the first one then")
    copying.set_defaults(run=copy)
    verifying = each.add_parser("verify", parents=[store, _other()], help="compare two stores")
    verifying.set_defaults(run=verify)
    reopening = each.add_parser("reopen", parents=[store], help="take back that it was moved")
    reopening.set_defaults(run=reopen)


def copy(asked: Namespace) -> int:
    """Copy the store; 1 if the copy is not finished, because servers use the store."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with moving(asked.store, asked.to) as move:
            print(_beginning(move), flush=True)
            with Progress(move.left()) as shown:
                _move(asked, move, shown)
    except StoreServed as error:
        print(f"{error}: the copy is not finished; stop the servers, and run the command again")
        if not asked.follow:
            print("--follow copies beside them")
        return UNFINISHED
    except KeyboardInterrupt:
        print("interrupted; the same command goes on from here")
        return INTERRUPTED
    print("\n".join(_outcome(asked, move, shown)))
    return 0


def verify(asked: Namespace) -> int:
    """Compare the two stores; 1 if they differ, 3 if one of them goes on or is unfinished."""
    try:
        with ExitStack() as parts:
            return _verdict(*(_side(parts, url) for url in (asked.store, asked.to)))
    except KeyboardInterrupt:
        print("interrupted")
        return INTERRUPTED


def reopen(asked: Namespace) -> int:
    """Let servers open the store again."""
    moved_to = source_store.reopen(asked.store)
    print(f"servers may open the store again; what {moved_to} has written since is not in it")
    return 0


def _move(asked: Namespace, move: Move, shown: Progress) -> None:
    """Copy while servers may go on, if they may, and the rest when there are none."""
    if asked.follow:
        steps = _STEPS.format(there=_shown(asked.store), here=_shown(asked.to))
        with following(shown, steps) as told:
            move.follow(shown.copied, told, told.ended)
    else:
        with source_store.unserved(asked.store):
            move.catch_up(shown.copied)
    if asked.close:
        source_store.seal(asked.store, move.here.url)
    with source_store.unserved(asked.store):
        move.complete(shown.copied)


def _beginning(move: Move) -> str:
    head = move.head
    verb = f"going on after revision {head.revision:,}" if head.revision else "beginning"
    return f"store {head.store_id} from {move.there.url} to {move.here.url}: {verb}"


def _outcome(asked: Namespace, move: Move, shown: Progress) -> Iterator[str]:
    there, here = _shown(asked.store), _shown(asked.to)
    yield (
        f"{shown.count:,} changes in {shown.seconds:.1f} s; "
        f"the copy is finished, at revision {move.head.revision:,}"
    )
    yield f"compare them:       items store verify {there} {here}"
    yield f"start servers with: --store {here}"
    if not asked.close:
        yield f"let no server write to {there} any more (--close sees to that)"


def _side(parts: ExitStack, url: str) -> Side:
    database = parts.enter_context(beside(url))
    connection = parts.enter_context(database.snapshot())
    return Side.of(connection, database.url)


def _verdict(one: Side, other: Side) -> int:
    """Print what is compared, and what came of it; gives the exit code."""
    revision, _ = compared_at(one, other)
    print(f"at revision {revision:,}, store {one.head.store_id}")
    is_equal = True
    for contents in compare(one, other, datetime.now(UTC)):
        print(_line(contents), flush=True)
        is_equal &= contents.is_equal
    if not is_equal:
        print("NOT EQUAL")
        return DIFFERENT
    if is_whole(one, other):
        print("equal")
        return 0
    print(f"equal up to revision {revision:,}; {_standing(one)} and {_standing(other)}")
    return BEHIND


def _standing(side: Side) -> str:
    kind = "a store" if side.is_finished else "an unfinished copy"
    return f"{kind} at {side.head.revision:,}"


def _line(contents: Contents) -> str:
    counts, digests = contents.counts, contents.digests
    if contents.is_equal:
        return f"{contents.about}: {counts[0]:,} equal, {digests[0][:16]}"
    keys = ", ".join("/".join(map(str, key)) for key in contents.differing[:MOST])
    more = " and more" if len(contents.differing) > MOST else ""
    return f"{contents.about}: {counts[0]:,} and {counts[1]:,} DIFFER in {keys}{more}"


def _shown(url: str) -> str:
    """Give *url* as it can be pasted, but for a password."""
    return shlex.quote(without_password(url))


def _other() -> ArgumentParser:
    """The flag that names a second store."""
    parser = ArgumentParser(add_help=False)
    default = os.environ.get("ITEMS_TO")
    parser.add_argument("--to", metavar="URL", default=default, required=default is None)
    return parser
