"""`restore`: a store from a backup."""

from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grpc_server.database.store import Head, LostRevisions
from store_tools.restore import mark, restore

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", store: ArgumentParser) -> None:
    """Add the command, with the flags of *store*."""
    parser = commands.add_parser("restore", parents=[store], help="a store from a backup")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("file", metavar="FILE", type=Path, nargs="?")
    source.add_argument("--mark-only", action="store_true", help="other means have put it back")
    parser.add_argument("--force", action="store_true", help="set aside the store that is there")
    parser.add_argument("--as-new", action="store_true", help="as a store of its own")
    parser.set_defaults(run=restored)


def restored(asked: Namespace) -> int:
    """Restore, and print what there is now, and what is not."""
    now = datetime.now(UTC)
    if asked.mark_only:
        print(_went_on(*mark(asked.store, now)))
        return 0
    done = restore(asked.file, asked.store, now, replaces=asked.force, is_another=asked.as_new)
    print(f"{done.path}: store as of revision {done.head.revision}, {_time(done.head)}")
    if done.lost is not None:
        print(_went_on(done.head, done.lost))
    if done.replaced is not None:
        print(f"the store that was there is {done.replaced}")
    return 0


def _went_on(head: Head, lost: LostRevisions) -> str:
    return (
        f"what store {head.store_id} wrote after revision {head.revision} is lost: "
        f"it goes on with revision {lost.last + 1}"
    )


def _time(head: Head) -> str:
    return "empty" if head.commit_time is None else f"{head.commit_time:%Y-%m-%d %H:%M:%S} UTC"
