"""The Python client of the item service.

    async with ItemsClient("127.0.0.1:50051") as items:
        vim = await items.get("vim")

`items_client.errors` draws the tree of the errors, `items_client.writes` makes the
writes of a batch.
"""

from items_client.client import ItemsClient
from items_client.errors import ItemsError
from items_client.retries import NEVER, RetryPolicy

__all__ = ["NEVER", "ItemsClient", "ItemsError", "RetryPolicy"]
