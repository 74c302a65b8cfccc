"""The shelf, generated once and imported."""

import importlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.codegen.shelf import generate


@dataclass(frozen=True)
class Shelf:
    """The generated modules of the shelf: they have no types before they are generated."""

    folder: Path
    pb: Any
    models: Any
    converters: Any
    requests: Any
    routes: Any


@pytest.fixture(scope="session")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    """The modules of the shelf, importable as long as the tests run."""
    folder = tmp_path_factory.mktemp("shelf")
    generate(folder)
    sys.path.insert(0, str(folder))
    names = ("pb2", "models", "converters", "requests", "routes")
    modules = [importlib.import_module(f"shelf.v1.shelf_{name}") for name in names]
    yield Shelf(folder, *modules)
    sys.path.remove(str(folder))
