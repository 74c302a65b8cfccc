"""The contract as it is on the main branch, from git."""

import io
import subprocess
import tarfile
from pathlib import Path

BRANCHES = ("origin/main", "main")


def main_commit(repository: Path) -> str | None:
    """The commit of the main branch that the work in *repository* started from.

    On the main branch itself it is the last commit. None if there is no git, no
    main branch or no common history, as in an unpacked archive or a shallow clone.
    """
    bases = (_git(repository, "merge-base", "HEAD", branch) for branch in BRANCHES)
    return next((base.decode().strip() for base in bases if base), None)


def extract(repository: Path, commit: str, folder: str, out: Path) -> bool:
    """Write *folder* as it was at *commit* into *out*; false if it was not there."""
    archive = _git(repository, "archive", "--format=tar", f"{commit}:{folder}")
    if archive is None:
        return False
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        tar.extractall(out, filter="data")
    return True


def _git(repository: Path, *arguments: str) -> bytes | None:
    """What git prints, or None if it fails or is not installed."""
    try:
        done = subprocess.run(
            ["git", "-C", repository, *arguments],  # noqa: S607 - whichever git the user has
            capture_output=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout
