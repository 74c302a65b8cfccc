"""Folders of generated files."""

from pathlib import Path

import pytest

from codegen.tree import Changes, compare, explain, files, replace

Folders = tuple[Path, Path]


@pytest.fixture
def folders(tmp_path: Path) -> Folders:
    """What is committed, and what is generated now."""
    old, new = tmp_path / "old", tmp_path / "new"
    for path, text in {
        old / "same.py": "same",
        old / "deep" / "changed.py": "first\nsecond\n",
        old / "stale" / "gone.py": "",
        new / "same.py": "same",
        new / "deep" / "changed.py": "first\nother\n",
        new / "added" / "fresh.py": "",
        new / "__pycache__" / "same.pyc": "",
    }.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return old, new


def test_folders_are_compared_by_path_and_content(folders: Folders) -> None:
    expected = Changes(("added/fresh.py",), ("deep/changed.py",), ("stale/gone.py",))
    assert compare(*folders) == expected
    assert str(expected) == "1 new, 1 changed, 1 removed"


def test_a_replaced_folder_is_equal_and_has_no_empty_folders(folders: Folders) -> None:
    old, new = folders
    replace(old, new)
    assert files(old) == files(new)
    assert not (old / "stale").exists()


def test_what_is_equal_is_not_written_again(folders: Folders) -> None:
    old, new = folders
    before = (old / "same.py").stat().st_mtime_ns
    replace(old, new)
    assert (old / "same.py").stat().st_mtime_ns == before
    assert str(replace(old, new)) == "nothing changed"


def test_a_difference_is_explained_by_its_first_lines(folders: Folders) -> None:
    old, new = folders
    lines = list(explain(compare(old, new), old, new))
    assert lines[:3] == [
        "  missing: added/fresh.py",
        "  stale:   stale/gone.py",
        "  differs: deep/changed.py",
    ]
    assert lines[-2:] == ["    -second", "    +other"]
