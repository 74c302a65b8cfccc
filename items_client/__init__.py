"""The Python client of the item service.

    async with ItemsClient("127.0.0.1:50051") as items:
        vim = await items.get("vim")
        async for event in items.watch():
            ...

`items_client.errors` draws the tree of the errors, `items_client.writes` makes the
writes of a batch.
"""

from items_client.client import ItemsClient
from items_client.errors import ItemsError
from items_client.observing import WatchObserver
from items_client.retries import NEVER, RetryPolicy
from items_client.watching import SnapshotPart, Watch

__all__ = [
    "NEVER",
    "ItemsClient",
    "ItemsError",
    "RetryPolicy",
    "SnapshotPart",
    "Watch",
    "WatchObserver",
]
