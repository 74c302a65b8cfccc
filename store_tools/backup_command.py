"""`backup`: a copy of the store in a file."""

from argparse import ArgumentParser, Namespace
from pathlib import Path
from typing import TYPE_CHECKING

from store_tools.backup import back_up
from store_tools.sizes import shown_size

if TYPE_CHECKING:
    from argparse import _SubParsersAction


def add_to(commands: "_SubParsersAction[ArgumentParser]", store: ArgumentParser) -> None:
    """Add the command, with the flags of *store*."""
    parser = commands.add_parser("backup", parents=[store], help="a copy of the store in a file")
    parser.add_argument("file", metavar="FILE", type=Path)
    parser.add_argument("--force", action="store_true", help="replace the file, if there is one")
    parser.set_defaults(run=backup)


def backup(asked: Namespace) -> int:
    """Write the backup, and print what it holds."""
    made = back_up(asked.store, asked.file, replaces=asked.force)
    print(
        f"{made.path}: store {made.store_id} at revision {made.revision}, "
        f"{shown_size(made.size)} in {made.seconds:.2f} s"
    )
    return 0
