"""The variables of the service, and those that only look like one."""

import re

import pytest
from typer.main import get_command

from items_cli.main import create_app
from items_runtime.configuration.variables import OF_COMMANDS, known_variables, unknown_variables
from tests.docs.pages import ROOT, page, rows
from tests.items_cli.test_help import commands


def test_every_variable_of_the_readme_is_known() -> None:
    listed = {row[0].strip("`") for row in rows(page("README.md"), "Settings")}
    assert listed - known_variables() == set()


def test_every_variable_of_a_command_is_known() -> None:
    read = set[str]()
    for _, command in commands(get_command(create_app())):
        for param in command.params:
            read |= {param.envvar} if isinstance(param.envvar, str) else set(param.envvar or ())
    assert read
    assert read - known_variables() == set()


def test_the_readme_names_the_variables_of_commands() -> None:
    internal = {"ITEMS_TO"}  # `items store` hands a URL over by it, which may hold a password
    text = page("README.md")
    assert [name for name in OF_COMMANDS if name not in text and name not in internal] == []


def test_every_variable_in_deploy_is_known() -> None:
    text = "\n".join(path.read_text() for path in ROOT.glob("deploy/**/*.y*ml"))
    used = set(re.findall(r"\bITEMS_[A-Z_]+\b", text))
    assert used
    assert [*unknown_variables(used)] == []


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("ITEMS_GRPC_DRIAN", "ITEMS_GRPC_DRAIN"),
        ("ITEMS_LOG_LVL", "ITEMS_LOG_LEVEL"),
        ("ITEMS_STORES", "ITEMS_STORE"),
        ("ITEMS_WORKER", "ITEMS_WORKERS"),
    ],
)
def test_a_misspelt_variable_is_told_with_the_right_one(name: str, near: str) -> None:
    (found,) = unknown_variables({name, "PATH", "ITEMS_STORE"})
    assert str(found) == f"{name} is no setting, and is ignored; did you mean {near}?"


def test_a_variable_that_is_like_none_is_told_without_a_suggestion() -> None:
    (found,) = unknown_variables({"ITEMS_QQQQQQQQ"})
    assert str(found) == "ITEMS_QQQQQQQQ is no setting, and is ignored"


@pytest.mark.parametrize(
    "name",
    [
        # What Kubernetes tells of services named `items`, `items-grpc` and `items-rest`.
        "ITEMS_SERVICE_HOST",
        "ITEMS_SERVICE_PORT",
        "ITEMS_SERVICE_PORT_HTTP",
        "ITEMS_PORT",
        "ITEMS_PORT_8000_TCP",
        "ITEMS_PORT_8000_TCP_ADDR",
        "ITEMS_GRPC_SERVICE_HOST",
        "ITEMS_GRPC_PORT",
        "ITEMS_GRPC_PORT_50051_TCP_PROTO",
        # What deploy/compose.yaml takes from the shell.
        "ITEMS_DB_PASSWORD",
        # What the test suite reads.
        "ITEMS_TEST_REQUIRE",
    ],
)
def test_variables_of_others_are_left_alone(name: str) -> None:
    assert [*unknown_variables({name})] == []
