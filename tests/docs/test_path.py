"""CONTRIBUTING's path of a PATCH is the one that a PATCH takes.

The server and the facade run in one process here, so that one trace has the calls of both
in one order.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path, PurePosixPath
from types import FrameType

import httpx

from tests.docs.pages import ROOT, page, rows
from tests.servers import facade, http_client, item_service

PATH = rows(page("CONTRIBUTING.md"), "The path of a PATCH")
CHANGE = {"labels": {"section": "editors"}}
MOST_FILES = 25


@dataclass(frozen=True, slots=True)
class Step:
    """A file of the tree and one of its functions."""

    file: str
    function: str


@dataclass(slots=True)
class Trace:
    """The functions of the tree that are called while the trace is on, in order."""

    is_on: bool = False
    steps: dict[Step, None] = field(default_factory=dict)

    def note(self, frame: FrameType, event: str, _: object) -> None:
        """Note the call that *frame* begins; called by the interpreter."""
        code = frame.f_code
        if self.is_on and event == "call" and code.co_filename.startswith(f"{ROOT}/"):
            file = str(Path(code.co_filename).relative_to(ROOT))
            self.steps.setdefault(Step(file, code.co_qualname))


@contextmanager
def tracing() -> Iterator[Trace]:
    """Trace this thread, and those that are started within the block."""
    trace = Trace()
    threading.setprofile(trace.note)
    sys.setprofile(trace.note)
    try:
        yield trace
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


async def traced(folder: Path) -> tuple[list[Step], list[Step]]:
    """The steps of a PATCH that is applied, and of one whose etag is stale."""
    with tracing() as trace:
        async with item_service(folder), facade(folder, f"unix:{folder}/grpc.sock"):
            async with http_client(folder) as client:
                await client.put("/v1/items/vim", json={"name": "Vim"})
                etag = (await client.get("/v1/items/vim")).headers["ETag"]
            applied = await _patched(folder, trace, etag)
            refused = await _patched(folder, trace, etag, expected=httpx.codes.PRECONDITION_FAILED)
    return applied, refused


async def _patched(
    folder: Path, trace: Trace, etag: str, expected: httpx.codes = httpx.codes.OK
) -> list[Step]:
    """The steps of a PATCH over a connection of its own."""
    trace.steps = {}
    async with http_client(folder) as client:
        trace.is_on = True
        answer = await client.patch("/v1/items/vim", json=CHANGE, headers={"If-Match": etag})
        trace.is_on = False
    assert answer.status_code == expected, answer.text
    return list(trace.steps)


def listed(*ways: str) -> list[Step]:
    """The steps that the page lists for *ways*."""
    return [
        Step(file.strip("`"), function.strip("`")) for way, file, function, _ in PATH if way in ways
    ]


async def test_a_patch_takes_the_path_that_contributing_lists(folder: Path) -> None:
    applied, refused = await traced(folder)
    assert [step for step in applied if step in listed("in", "back")] == listed("in", "back")
    assert [step for step in refused if step in listed("refused")] == listed("refused")


def test_the_path_is_short_and_enters_no_room_twice() -> None:
    steps = listed("in", "back", "refused")
    assert len(steps) == len(PATH) == len({step.file for step in steps}) <= MOST_FILES
    rooms = [room for room, _ in groupby(PurePosixPath(s.file).parent for s in listed("in"))]
    assert len(rooms) == len(set(rooms)), rooms
