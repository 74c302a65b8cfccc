"""A copy that is killed, at any moment, goes on where it was."""

import subprocess
import sys

from items.v1 import items_pb2 as pb
from tests.grpc_server.database.histories import add
from tests.store_tools.made import make_store
from tests.store_tools.moving.conftest import Places, both_ways
from tests.store_tools.moving.stored import everything, move
from tests.store_tools.schemas import opened


@both_ways
def test_a_copy_goes_on_after_sigkill(places: Places) -> None:
    make_store(places.there)
    with opened(places.there) as store:
        add(store, *(pb.Item(id=f"i{number % 90}") for number in range(400)))
    begun = [copied_until_killed(places, pages) for pages in (2, 3, 1)]
    move(places.there, places.here)
    assert begun == sorted(set(begun))
    assert everything(places.here) == everything(places.there)


def copied_until_killed(places: Places, pages: int) -> int:
    """Copy some pages, or begin to; tells after which revision it went on."""
    command = [sys.executable, "-m", "tests.store_tools.moving.copying", places.there, places.here]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as copying:
        assert copying.stdout is not None
        after = int(copying.stdout.readline().split()[-1])
        for _ in range(pages):
            copying.stdout.readline()
        copying.kill()
    return after
