"""The README's first five minutes, run as they are written."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, blocks, page


@pytest.fixture
def service(folder: Path) -> Iterator[dict[str, str]]:
    """`items serve` on free ports: what to replace in the README's commands."""
    command = [sys.executable, "-m", "items_cli", "serve", "--store", f"sqlite:///{folder}/i.db"]
    command += ["--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=folder) as process:
        assert process.stdout is not None
        printed = ""
        for line in process.stdout:
            printed += line
            found = re.findall(r"127\.0\.0\.1:\d+", printed)
            if "Ctrl-C" in printed and len(set(found)) >= 2:
                break
        grpc, http = _address(printed, "gRPC"), _address(printed, "REST")
        yield {"127.0.0.1:50051": grpc, "127.0.0.1:8000": http, "ITEMS_GRPC": grpc}
        process.terminate()
        assert process.wait(timeout=10) == 0


def _address(printed: str, name: str) -> str:
    found = re.search(rf"{name}\D+(127\.0\.0\.1:\d+)", printed)
    assert found, printed
    return found[1]


def without_apt(folder: Path) -> Path:
    """Return a folder for the path in which apt knows no package.

    The example then prints some hundred Python distributions, not 60,000 packages of Debian,
    which `tests/items_cli/test_packages.py` reads.
    """
    (programs := folder / "bin").mkdir()
    (apt := programs / "apt-cache").write_text("#!/bin/sh\n")
    apt.chmod(0o755)
    return programs


@pytest.mark.timeout(300)
def test_the_first_five_minutes_run_as_written(service: dict[str, str], folder: Path) -> None:
    script = "set -euo pipefail\n" + "".join(blocks(page("README.md"), "sh first-minutes"))
    script = script.replace("examples/", f"{ROOT}/examples/").replace(". .venv/bin/activate\n", "")
    for written, real in service.items():
        script = script.replace(written, real)
    (program,) = blocks(page("README.md"), "python first-minutes")
    (folder / "snippet.py").write_text(program.replace("127.0.0.1:50051", service["ITEMS_GRPC"]))
    script += "python snippet.py\n"
    path = f"{without_apt(folder)}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    run = subprocess.run(
        ["/bin/bash", "-c", script],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PATH": path, "ITEMS_GRPC": service["ITEMS_GRPC"]},
    )
    assert run.returncode == 0, run.stderr
    assert '"reviewed":"ann"' in run.stdout
    assert '"reason":"ETAG_MISMATCH"' in run.stdout
    assert '"status":412' in run.stdout
    assert '"reviewed": "ann"' in run.stdout  # as buf curl prints it
    assert "alembic, reviewed by ann, at revision" in run.stdout  # the program
