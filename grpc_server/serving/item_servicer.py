"""ItemService over the catalogue. A method is one call; the chain does the rest."""

from collections.abc import Callable
from typing import Any

from grpc import aio

from grpc_server.catalog import Catalog
from grpc_server.feed.delivery import Recipient
from grpc_server.feed.watches import Feed
from grpc_server.items.caller import Caller
from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc

ACTOR_HEADER = "items-actor"
"""The metadata key by which a caller says who makes the change."""

Context = aio.ServicerContext[Any, Any]


class ItemServicer(items_pb2_grpc.ItemServiceServicer):
    """Answers each call of the contract from the catalogue."""

    def __init__(self, catalog: Catalog, feed: Feed) -> None:
        self._catalog = catalog
        self._feed = feed

    async def CreateItem(self, request: pb.CreateItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return (await self._catalog.write(request, _caller(context))).item

    async def GetItem(self, request: pb.GetItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return await self._catalog.get(request)

    async def ListItems(
        self, request: pb.ListItemsRequest, context: Context
    ) -> pb.ListItemsResponse:
        """See the contract."""
        return await self._catalog.list(request)

    async def UpdateItem(self, request: pb.UpdateItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return (await self._catalog.write(request, _caller(context))).item

    async def ReplaceItem(self, request: pb.ReplaceItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return (await self._catalog.write(request, _caller(context))).item

    async def DeleteItem(self, request: pb.DeleteItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return (await self._catalog.write(request, _caller(context))).item

    async def UndeleteItem(self, request: pb.UndeleteItemRequest, context: Context) -> pb.Item:
        """See the contract."""
        return (await self._catalog.write(request, _caller(context))).item

    async def BatchGetItems(
        self, request: pb.BatchGetItemsRequest, context: Context
    ) -> pb.BatchGetItemsResponse:
        """See the contract."""
        return await self._catalog.batch_get(request)

    async def BatchWriteItems(
        self, request: pb.BatchWriteItemsRequest, context: Context
    ) -> pb.BatchWriteItemsResponse:
        """See the contract."""
        return await self._catalog.batch_write(request, _caller(context))

    async def ListItemRevisions(
        self, request: pb.ListItemRevisionsRequest, context: Context
    ) -> pb.ListItemRevisionsResponse:
        """See the contract."""
        return await self._catalog.revisions(request)

    async def WatchItems(  # type: ignore[override]  # it writes to the context, for the chain
        self, request: pb.WatchItemsRequest, context: Context
    ) -> None:
        """See the contract."""
        await self._feed.watch(request, _recipient(context))


def _recipient(context: Context) -> Recipient:
    def at_end(act: Callable[[], None]) -> None:
        context.add_done_callback(lambda _: act())  # type: ignore[arg-type]  # its stubs name it

    return Recipient(context.write, context.peer(), at_end)


def _caller(context: Context) -> Caller:
    for key, value in context.invocation_metadata() or ():
        if key == ACTOR_HEADER and isinstance(value, str):
            return Caller(actor=value[:255])
    return Caller()
