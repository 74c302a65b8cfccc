"""The wheel has what the pages promise of it; `make smoke` runs the service from one."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from codegen.stubs import CONTRACT
from tests.docs.pages import ROOT, blocks, page

PAGES = ("asyncapi.yaml", "errors.html", "front.html", "style.css", "watch.html")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `pip install` puts into site-packages."""
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "site")
    return folder / "site"


def test_every_proto_file_is_beside_its_stubs(site: Path) -> None:
    for source in (ROOT / "protos").rglob("*.proto"):
        there = site / source.relative_to(ROOT / "protos")
        assert there.read_bytes() == source.read_bytes()
        assert there.with_name(f"{there.stem}_pb2.py").exists()


@pytest.mark.parametrize("name", PAGES)
def test_the_pages_are_files_of_the_facade(site: Path, name: str) -> None:
    there = site / "rest_facade/pages" / name
    assert there.read_bytes() == (ROOT / "rest_facade/pages" / name).read_bytes()


def test_the_descriptors_alone_are_enough_to_generate_from(site: Path, tmp_path: Path) -> None:
    """Offline, as the README does it: what the contract imports is in the descriptors."""
    (command,) = blocks(page("README.md"), "sh contract")
    command = "\n".join(command.splitlines()[1:])  # the first line finds the folder of the wheel
    command = command.replace("$site", str(site)).replace("OUT", str(tmp_path))
    python = Path(sys.executable).parent
    subprocess.run(
        ["/bin/bash", "-ec", command.replace("python ", f"{python}/python ")], check=True
    )
    assert (tmp_path / "items/v1/items_pb2.py").exists()
    assert f"{site}/items/v1/{CONTRACT}" in command
