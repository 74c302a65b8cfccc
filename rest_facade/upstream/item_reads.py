"""Gets of items: concurrent ones become one BatchGetItems."""

from collections.abc import Sequence

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from rest_facade.problems.problems import Problem
from rest_facade.upstream.coalescing import BatchObserver, Coalescer, Limits
from rest_facade.upstream.forwarding import Forwarded, call


class ItemReads:
    """Answers GetItem requests as GetItem does."""

    def __init__(
        self, stub: ItemServiceStub, limits: Limits, observer: BatchObserver | None = None
    ) -> None:
        self._stub = stub
        self._batches: Coalescer[str, pb.Item | None] = Coalescer(self._ask, limits, observer)

    async def get(self, request: pb.GetItemRequest, forwarded: Forwarded) -> pb.Item:
        """Return the item of *request*; its id must be within the limits.

        Raises:
            Problem: there is none, or the call failed.
        """
        if _is_plain(request):
            item = await self._batches.ask(request.id, len(request.id), forwarded)
            if item is not None:
                return item
        # Only GetItem reads the past, waits, and says why there is no item.
        return await call(self._stub.GetItem, request, forwarded)

    @property
    def waiting(self) -> int:
        """The number of calls that wait for their answer."""
        return self._batches.waiting

    async def close(self) -> None:
        """Wait for the batches under way."""
        await self._batches.close()

    async def _ask(
        self, ids: Sequence[str], forwarded: Forwarded
    ) -> Sequence[pb.Item | Problem | None]:
        request = pb.BatchGetItemsRequest(ids=dict.fromkeys(ids))
        response = await call(self._stub.BatchGetItems, request, forwarded)
        found = {item.id: item for item in response.items}
        return [found.get(item_id) for item_id in ids]


def _is_plain(request: pb.GetItemRequest) -> bool:
    return not (request.show_deleted or request.revision or request.min_revision)
