"""Folders of generated files, compared and replaced byte by byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from itertools import islice
from pathlib import Path

DIFF_LINES = 20


@dataclass(frozen=True, slots=True)
class Changes:
    """What makes one folder into another: paths relative to it, sorted."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)

    def __str__(self) -> str:
        counts = {"new": self.added, "changed": self.changed, "removed": self.removed}
        words = [f"{len(paths)} {word}" for word, paths in counts.items() if paths]
        return ", ".join(words) or "nothing changed"


def files(folder: Path) -> dict[str, bytes]:
    """The contents of *folder* by relative path, without what Python caches."""
    found = (path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(found)
        if "__pycache__" not in path.parts
    }


def compare(old: Path, new: Path) -> Changes:
    """What makes *old* into *new*."""
    before, after = files(old), files(new)
    return Changes(
        added=tuple(sorted(after.keys() - before.keys())),
        changed=tuple(path for path in before if path in after and before[path] != after[path]),
        removed=tuple(sorted(before.keys() - after.keys())),
    )


def replace(old: Path, new: Path) -> Changes:
    """Make *old* into *new*, leaving alone what is equal."""
    changes = compare(old, new)
    for name in (*changes.added, *changes.changed):
        target = old / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes((new / name).read_bytes())
    for name in changes.removed:
        (old / name).unlink()
        _remove_if_empty((old / name).parent, old)
    return changes


def _remove_if_empty(folder: Path, root: Path) -> None:
    while folder != root and not any(folder.iterdir()):
        folder.rmdir()
        folder = folder.parent


def explain(changes: Changes, old: Path, new: Path) -> Iterable[str]:
    """A line for each changed file, and the first lines of what differs in it."""
    for name in changes.added:
        yield f"  missing: {name}"
    for name in changes.removed:
        yield f"  stale:   {name}"
    for name in changes.changed:
        yield f"  differs: {name}"
        yield from islice(_diff(old / name, new / name), DIFF_LINES)


def _diff(old: Path, new: Path) -> Iterable[str]:
    before, after = (path.read_text(errors="replace").splitlines() for path in (old, new))
    lines = unified_diff(before, after, "committed", "generated", lineterm="", n=1)
    return (f"    {line:.120}" for line in lines)
