"""The help of every command, as a person reads it."""

import re
import shlex
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from items_cli.main import EXAMPLES, create_app

JUNK = re.compile(
    r"\{|\}"  # Typer's arguments
    r"|<(?:bool|int|str|path|list|float)|\[<|\bTrue\b|\bFalse\b|\bNone\b|\bProtoJSON\b"
    r"|\[\[|\.\.\.\]?\.\.\.|[0-9]<=x|x>="
)
SHORT = 80


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command with its path, groups too."""
    yield path, command
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


COMMANDS = dict(commands(get_command(create_app())))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_the_help_is_fit_to_read_on_eighty_columns(path: tuple[str, ...]) -> None:
    shown = CliRunner().invoke(create_app(), [*path, "--help"], env={"COLUMNS": "80"})
    assert shown.exit_code == 0
    assert max(map(len, shown.stdout.splitlines())) <= SHORT
    assert JUNK.findall(shown.stdout) == []


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_a_line_that_says_what_it_does(path: tuple[str, ...]) -> None:
    summary, _, _ = COMMANDS[path].help.partition("\n\n")
    assert "\n" not in summary.strip()
    assert len(summary) < SHORT
    assert summary[0].isupper()
    assert summary.strip().endswith(".")


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_parameter_is_explained(path: tuple[str, ...]) -> None:
    params = [param for param in COMMANDS[path].params if not param.hidden]
    assert [param.name for param in params if not (param.help or "").strip()] == []


@pytest.mark.parametrize(
    "path", [path for path, command in COMMANDS.items() if not hasattr(command, "commands")],
    ids=" ".join,
)  # fmt: skip
def test_exit_codes_are_documented_where_there_are_others_than_0_and_2(
    path: tuple[str, ...],
) -> None:
    simple = {"events", "migrate"}
    assert (
        path[0] in simple or path == ("store", "reopen") or "Exit codes: 0" in COMMANDS[path].help
    )


@pytest.mark.parametrize(("name", "example"), EXAMPLES.items())
def test_every_example_is_a_command_line_that_can_be_read(name: str, example: str) -> None:
    program, command, *arguments = shlex.split(example)
    assert (program, command) == ("items", name)
    COMMANDS[command,].make_context(command, arguments)
