import subprocess
import sys

import pytest

from grpc_server.settings import Settings as ServerSettings
from items_cli import flags
from rest_facade.settings import Settings as FacadeSettings
from tests.items_cli.program import items

COMMANDS = (
    "serve",
    "grpc",
    "rest",
    "import",
    "list",
    "get",
    "watch",
    "migrate",
    "backup",
    "doctor",
)


async def test_the_help_names_every_command() -> None:
    outcome = await items("--help")
    assert outcome.code == 0
    shown = {line.split()[1] for line in outcome.out.splitlines() if line.startswith("│ ")}
    assert set(COMMANDS) <= shown


@pytest.mark.parametrize("command", COMMANDS)
async def test_every_command_explains_itself(command: str) -> None:
    outcome = await items(command, "--help")
    assert outcome.code == 0
    assert f"Usage: items {command}" in outcome.out


@pytest.mark.parametrize(
    ("command", "variables"),
    [
        ("serve", {"ITEMS_STORE", "ITEMS_GRPC", "ITEMS_HTTP"}),
        ("grpc", {"ITEMS_STORE", "ITEMS_GRPC"}),
        ("rest", {"ITEMS_UPSTREAM", "ITEMS_HTTP"}),
        ("import", {"ITEMS_UPSTREAM, ITEMS_GRPC", "ITEMS_BATCH"}),
        ("list", {"ITEMS_UPSTREAM, ITEMS_GRPC"}),
        ("get", {"ITEMS_UPSTREAM, ITEMS_GRPC"}),
        ("watch", {"ITEMS_UPSTREAM, ITEMS_GRPC"}),
        ("relay", {"ITEMS_UPSTREAM, ITEMS_GRPC", "ITEMS_EVENTS"}),
        ("migrate apply", {"ITEMS_STORE"}),
        ("backup", {"ITEMS_STORE"}),
        ("restore", {"ITEMS_STORE"}),
        ("doctor", {"ITEMS_STORE"}),
    ],
)
async def test_every_setting_names_its_variable(command: str, variables: set[str]) -> None:
    outcome = await items(*command.split(), "--help")
    assert {name for name in variables if f"env var: {name}]" in outcome.out} == variables


async def test_the_version_is_printed() -> None:
    outcome = await items("--version")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.startswith("items 0.")


async def test_a_misspelt_command_is_answered_with_the_right_one() -> None:
    outcome = await items("imprt")
    assert outcome.code == 2
    assert "Did you mean 'import'?" in outcome.err


def test_the_defaults_are_those_of_the_parts() -> None:
    server, facade = ServerSettings.model_fields, FacadeSettings.model_fields
    assert server["store"].default == flags.STORE
    assert server["grpc"].default == str(flags.GRPC)
    assert facade["http"].default == str(flags.HTTP)
    assert facade["upstream"].default == str(flags.GRPC)


def test_a_command_starts_without_the_models_of_the_facade() -> None:
    """They take as long as all else, and a shell waits for that each time."""
    script = "import sys, items_cli.main; print('pydantic' in sys.modules)"
    printed = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert printed == "False\n"
