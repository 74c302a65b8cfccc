"""What is generated, to the letter."""

import pytest

from tests.codegen.conftest import Shelf
from tests.codegen.shelf import MODULES, expected_file, generated_texts


@pytest.mark.parametrize("module", MODULES)
def test_a_contract_with_everything_gives_the_expected_module(module: str, shelf: Shelf) -> None:
    assert dict(generated_texts(shelf.folder))[module] == expected_file(module).read_text(), (
        "if the change is meant, run `python -m tests.codegen.shelf` and read the difference"
    )
