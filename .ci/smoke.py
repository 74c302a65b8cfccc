"""Builds the wheel, installs it in a new environment, and uses it from there.

Nothing of the checkout is on the path of the installed program: what the wheel
lacks, this finds.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
STOP_WITHIN = 5.0


def main() -> None:
    """Build, install, serve, write and read an item, import a file, stop."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        wheel = build(folder)
        items = install(folder, wheel)
        exercise(items, folder)
    print("smoke: 1 passed, 0 failed")


def build(folder: Path) -> Path:
    """Build the wheel into *folder*."""
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist"],
        cwd=ROOT,
        check=True,
    )
    (wheel,) = (folder / "dist").glob("*.whl")
    return wheel


def install(folder: Path, wheel: Path) -> Path:
    """Install *wheel* and its locked dependencies; returns the `items` command."""
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet"]
    lock = ROOT / "requirements/run.lock"
    subprocess.run([*pip, "--require-hashes", "-r", lock], check=True)
    subprocess.run([*pip, "--no-deps", wheel], check=True)
    return folder / "venv/bin/items"


def exercise(items: Path, folder: Path) -> None:
    """Serve from the installed wheel, and use it as a newcomer does."""
    with subprocess.Popen(
        [
            *(items, "serve", "--store", f"sqlite:///{folder}/items.db"),
            *("--grpc", "127.0.0.1:0", "--http", "127.0.0.1:0"),
        ],
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("ITEMS_")},
    ) as server:
        try:
            http, grpc = addresses(server)
            use(items, folder, http, grpc)
        finally:
            stop(server)


def addresses(server: "subprocess.Popen[str]") -> tuple[str, str]:
    """What the server printed: where REST and gRPC are."""
    printed = ""
    for line in server.stdout or ():
        printed += line
        http = re.search(r"http://(127\.0\.0\.1:\d+)", printed)
        grpc = re.search(r"gRPC\W+(127\.0\.0\.1:\d+)", printed)
        if http and grpc:
            return http[1], grpc[1]
    raise SystemExit(f"the server ended before it was ready; it printed:\n{printed}")


def use(items: Path, folder: Path, http: str, grpc: str) -> None:
    """Write and read over REST, import over gRPC, look at the documentation."""
    created = call(f"http://{http}/v1/items", {"id": 1, "name": "first"})
    assert created["id"] == "1", created
    file = folder / "items.ndjson"
    file.write_text('{"id": "two", "name": "second"}\n')
    subprocess.run([items, "import", file, "--grpc", grpc], check=True)
    listed = call(f"http://{http}/v1/items")
    assert [item["id"] for item in listed["items"]] == ["1", "two"], listed
    with urllib.request.urlopen(f"http://{http}/docs", timeout=5) as page:
        assert b"swagger" in page.read().lower()
    with urllib.request.urlopen(f"http://{http}/watch.js", timeout=5) as script:
        assert b"EventSource" in script.read()
    with urllib.request.urlopen(f"http://{http}/asyncapi.yaml", timeout=5) as document:
        assert document.read().startswith(b"asyncapi: 3")
    with urllib.request.urlopen(f"http://{http}/errors", timeout=5) as page:
        assert b"ETAG_MISMATCH" in page.read()


def call(url: str, body: object = None) -> dict[str, list[dict[str, str]]]:
    """The JSON that *url* answers with."""
    request = urllib.request.Request(url, headers={"content-type": "application/json"})
    if body is not None:
        request.data = json.dumps(body).encode()
    with urllib.request.urlopen(request, timeout=5) as response:
        answer: dict[str, list[dict[str, str]]] = json.load(response)
    return answer


def stop(server: "subprocess.Popen[str]") -> None:
    """End the server as Ctrl-C does; it must be gone in time."""
    started = time.monotonic()
    server.send_signal(signal.SIGINT)
    code = server.wait(timeout=30)
    took = time.monotonic() - started
    assert code == 0, f"the server ended with {code}"
    assert took < STOP_WITHIN, f"the server took {took:.1f} s to end"


main()
