"""The service as two processes on fixed addresses: each can be killed, and comes back."""

import json
from pathlib import Path
from typing import Self

from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.processes import FacadeProcess, ServerProcess

RETRIES = {
    "methodConfig": [
        {
            "name": [{}],
            "retryPolicy": {
                "maxAttempts": 5,
                "initialBackoff": "0.1s",
                "maxBackoff": "0.1s",
                "backoffMultiplier": 1,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}

CHANNEL = (
    ("grpc.initial_reconnect_backoff_ms", 100),
    ("grpc.max_reconnect_backoff_ms", 100),
    ("grpc.service_config", json.dumps(RETRIES)),
)
"""A writer is back as soon as the server is, and writes anew what a dying server lost."""


class Service:
    """A server and a facade in *folder*."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._server: ServerProcess | None = None
        self._facade: FacadeProcess | None = None
        self._upstream = f"unix:{folder}/grpc.sock"
        self._http = "127.0.0.1:0"
        self.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill_facade()
        self.kill_server()

    def url(self, path: str) -> str:
        """Where *path* is served."""
        return f"http://{self._http}{path}"

    def start(self) -> None:
        """Start what does not run, on the address that it had."""
        if self._server is None:
            self._server = ServerProcess(self._folder)
            self._server.wait_until_serving()
        if self._facade is None:
            self._facade = FacadeProcess(self._upstream, self._http)
            self._facade.wait_until_serving()
            self._http = self._facade.said("http")

    def kill_server(self) -> None:
        """End it with SIGKILL."""
        if self._server:
            self._server.kill()
            self._server = None

    def kill_facade(self) -> None:
        """End it with SIGKILL."""
        if self._facade:
            self._facade.kill()
            self._facade = None

    def drain_server(self) -> None:
        """End it with SIGTERM."""
        if self._server:
            self._server.terminate()
            self._server = None

    def drain_facade(self) -> None:
        """End it with SIGTERM."""
        if self._facade:
            self._facade.terminate()
            self._facade = None

    def lose_the_store(self) -> None:
        """Let the next server begin with an empty store."""
        for file in self._folder.glob("items.db*"):
            file.unlink()

    async def put(self, item_id: str, name: str, *, actor: str = "", tier: str = "") -> int:
        """Write an item, past the facade, as soon as there is a server; its revision."""
        item = pb.Item(id=item_id, name=name, labels={"tier": tier} if tier else {})
        request, metadata = pb.ReplaceItemRequest(item=item), (("items-actor", actor),)
        async with aio.insecure_channel(self._upstream, options=CHANNEL) as channel:
            stub = items_pb2_grpc.ItemServiceStub(channel)
            written = await stub.ReplaceItem(
                request, metadata=metadata, wait_for_ready=True, timeout=30
            )
        return written.revision

    async def history(self, after: int) -> list[int]:
        """All revisions that were written *after* one, in order."""
        async with aio.insecure_channel(self._upstream) as channel:
            stub = items_pb2_grpc.ItemServiceStub(channel)
            newest = (await stub.ListItems(pb.ListItemsRequest())).revision
            revisions = [after]
            async for message in stub.WatchItems(pb.WatchItemsRequest(from_revision=after)):
                revisions += [commit.revision for commit in message.commits.commits]
                if revisions[-1] >= newest:
                    break
        return revisions[1:]
