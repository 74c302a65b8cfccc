"""The imports that every command waits for before it runs."""

import subprocess
import sys

import pytest

HEAVY = {"sqlalchemy", "grpc_server", "rest_facade", "store_tools", "pydantic", "aio_pika", "nats"}
"""The modules that only some commands need; each of the first five takes longer than `items`."""


def loaded(statement: str) -> set[str]:
    """Return the top-level modules that are loaded after *statement*."""
    code = f"{statement}\nimport sys\nprint(*sys.modules)"
    printed = subprocess.check_output([sys.executable, "-c", code], text=True)
    return {name.partition(".")[0] for name in printed.split()}


def test_a_command_loads_only_what_every_command_needs() -> None:
    assert loaded("import items_cli.main") & HEAVY == set()


@pytest.mark.parametrize("room", ["sqlalchemy", "store_tools"])
def test_a_command_on_a_store_loads_its_tools(room: str) -> None:
    assert room in loaded("import items_cli.upkeep.doctor")
