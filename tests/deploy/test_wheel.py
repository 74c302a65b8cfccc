"""The wheel, as its users get it: with types."""

import subprocess
import sys
import sysconfig
import venv
from pathlib import Path
from zipfile import ZipFile

import pytest

from tests.docs.pages import ROOT

PROGRAM = """
from items.v1 import items_pb2 as pb
from items_client import ItemsClient


async def rename(name: str) -> pb.Item:
    async with ItemsClient("127.0.0.1:50051") as items:
        item = await items.update("vim", name=name)
        reveal_type(item.name)
        item.nmae
        return item
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree."""
    folder = tmp_path_factory.mktemp("dist")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture
def site_packages(wheel: Path, tmp_path: Path) -> Path:
    """Those of a new environment that has the wheel, and what this one has."""
    venv.create(tmp_path / "venv")
    (folder,) = (tmp_path / "venv/lib").glob("python3*/site-packages")
    with ZipFile(wheel) as files:
        files.extractall(folder)
    (folder / "dependencies.pth").write_text(sysconfig.get_path("purelib"))
    return folder


def test_every_package_in_the_wheel_says_that_it_is_typed(wheel: Path) -> None:
    with ZipFile(wheel) as files:
        names = files.namelist()
    packages = {name.split("/")[0] for name in names if name.endswith(".py")}
    assert packages >= {"items", "items_client", "items_cli", "items_runtime"}
    assert [each for each in sorted(packages) if f"{each}/py.typed" not in names] == []


@pytest.mark.timeout(300)
def test_a_program_that_uses_the_wheel_is_checked_with_its_types(
    site_packages: Path, tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text(PROGRAM)
    checked = subprocess.run(
        [
            *(sys.executable, "-m", "mypy", "--strict", "--config-file=", "--no-incremental"),
            *("--python-executable", str(site_packages.parents[2] / "bin/python")),
            str(program),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 'Revealed type is "str"' in checked.stdout, checked.stdout
    assert '"Item" has no attribute "nmae"' in checked.stdout
    assert "Found 1 error in 1 file" in checked.stdout
