"""CONTRIBUTING promises: a field is added to Item with one edit and one command."""

from pathlib import Path

import pytest

from codegen.__main__ import main
from codegen.asyncapi import DOCUMENT
from tests.promises.added import make_contract, run_over

WAYS = ("rest", "rpc", "client", "kinds", "patches", "command", "events")


@pytest.fixture(scope="module")
def contract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the contract, the added fields, and what `make protos` gives."""
    folder = tmp_path_factory.mktemp("contract")
    make_contract(folder)
    return folder


def test_what_is_generated_with_it_is_complete(contract: Path) -> None:
    assert main(["--check"], contract) == 0


@pytest.mark.timeout(300)
def test_it_goes_every_way_in_and_out(contract: Path) -> None:
    modules = [f"tests/promises/ways/{name}.py" for name in WAYS]
    run_over(contract, "pytest", "-q", "-n0", "-p", "no:cacheprovider", *modules)


def test_a_document_that_is_stale_fails_the_check_and_is_repaired(contract: Path) -> None:
    document = contract / DOCUMENT
    before = document.read_text()
    document.write_text(before.replace("Who makes the item.", "Somebody."))
    assert main(["--check"], contract) == 1
    assert main([], contract) == 0
    assert document.read_text() == before
