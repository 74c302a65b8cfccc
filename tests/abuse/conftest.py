"""One server for all that is done to it, and what it must be after each of it."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from items.v1 import items_pb2 as pb
from tests.abuse.client import Client
from tests.processes import FacadeProcess, ServerProcess

OPTIONS = (("grpc.max_send_message_length", -1),)


@pytest.fixture(scope="package")
def server() -> Iterator[ServerProcess]:
    """A running server, as a process of its own, whose log can be read."""
    with (
        tempfile.TemporaryDirectory(prefix="items-") as folder,
        ServerProcess(Path(folder), min_revision_wait="0.2") as process,
    ):
        process.wait_until_serving()
        yield process


@pytest.fixture(scope="package")
def client(server: ServerProcess) -> Iterator[Client]:
    """A client that sends what it is told to, however large."""
    with grpc.insecure_channel(server.address, options=OPTIONS) as channel:
        yield Client(channel)


@pytest.fixture(scope="package")
def facade(server: ServerProcess, client: Client) -> Iterator[FacadeProcess]:
    """A running facade as it is by default, in front of an item called `one`."""
    item = pb.Item(id="one", name="One")
    client.call("ReplaceItem", pb.ReplaceItemRequest(item=item))
    with FacadeProcess(server.address) as process:
        process.wait_until_serving()
        yield process


@pytest.fixture(scope="package")
def hasty(server: ServerProcess) -> Iterator[FacadeProcess]:
    """A running facade that gives clients hardly any time."""
    with FacadeProcess(
        server.address, rest_head_timeout="0.3", rest_stall_timeout="0.5"
    ) as process:
        process.wait_until_serving()
        yield process


@pytest.fixture(scope="package")
def crowded(server: ServerProcess) -> Iterator[FacadeProcess]:
    """A running facade that has few connections."""
    with FacadeProcess(server.address, rest_max_connections="20") as process:
        process.wait_until_serving()
        yield process


@pytest.fixture(autouse=True)
def _unharmed(server: ServerProcess, client: Client) -> Iterator[None]:
    """After each test, the server has logged no fault, and reads and writes at once."""
    logged = len(server.log)
    yield
    item = pb.Item(id="unharmed", name=f"after {logged} lines")
    written = client.call("ReplaceItem", pb.ReplaceItemRequest(item=item), timeout=5)
    assert pb.Item.FromString(written.body).name == item.name
    assert client.call("GetItem", pb.GetItemRequest(id=item.id), timeout=5) == written
    assert not server.faults(since=logged)
