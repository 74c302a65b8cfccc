"""The commands of upkeep: what is asked on the command line, what is said, and how it ends."""

import argparse
import os
import sys
from collections.abc import Sequence
from typing import NoReturn

from grpc_server.database.errors import StoreError
from grpc_server.settings import Settings
from items_runtime.os_errors import in_words
from items_runtime.program import INTERRUPTED
from store_tools import (
    backup_command,
    doctor_command,
    migrate_commands,
    restore_command,
    store_commands,
)

UNREADABLE = 2
"""How a command ends that could not do what it was asked to: as one that is misspelt."""

_COMMANDS = (migrate_commands, backup_command, restore_command, doctor_command, store_commands)


def run(arguments: Sequence[str]) -> int:
    """Do what *arguments* say; gives the exit code."""
    parsed = _parser().parse_args(arguments)
    try:
        return int(parsed.run(parsed))
    except BrokenPipeError:  # who reads, such as `head`, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return UNREADABLE
    except KeyboardInterrupt:
        print("interrupted", file=sys.stderr)
        return INTERRUPTED
    except (StoreError, OSError) as error:
        print(f"error: {in_words(error)}", file=sys.stderr)
        return UNREADABLE


def main() -> NoReturn:
    """Run with the arguments of this process."""
    sys.exit(run(sys.argv[1:]))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m store_tools", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    store = _store()
    for command in _COMMANDS:
        command.add_to(commands, store)
    return parser


def _store() -> argparse.ArgumentParser:
    """The flag that all commands have."""
    parser = argparse.ArgumentParser(add_help=False)
    default = os.environ.get("ITEMS_STORE") or Settings.model_fields["store"].default
    parser.add_argument("--store", metavar="URL", default=default, help="the store; ITEMS_STORE")
    return parser
