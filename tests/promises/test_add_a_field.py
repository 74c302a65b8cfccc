"""CONTRIBUTING promises: a field is added to Item with one edit and one command."""

from pathlib import Path

import pytest

from codegen.__main__ import main
from tests.promises.added import make_contract, run_over

WAYS = Path(__file__).with_name("ways.py")


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
    run_over(contract, "pytest", "-q", "-n0", "-p", "no:cacheprovider", str(WAYS))
