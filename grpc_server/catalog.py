"""The catalogue of items: one method for each call of the contract."""

from collections.abc import Callable
from functools import partial
from typing import cast

from google.rpc import status_pb2

from grpc_server.database.query import ItemQuery
from grpc_server.database.store import Reading
from grpc_server.filters.filters import parsing
from grpc_server.filters.orders import largest_page, parse_order_by
from grpc_server.filters.time_slices import Turns
from grpc_server.items.caller import Caller
from grpc_server.items.errors import CatalogError, ItemNotFound
from grpc_server.items.mutations import WriteRequest, visible
from grpc_server.items.page_size import MAX_ANSWER_BYTES, fitting, page_size
from grpc_server.reads.cost import cost_of, cost_of_versions
from grpc_server.reads.gets import too_large
from grpc_server.reads.page_tokens import PageTokens
from grpc_server.reads.replicated import Reads
from grpc_server.reads.revision_bounds import check_kept
from grpc_server.writes.units import BatchWrite, Retention, SingleWrite
from grpc_server.writes.writer import Writer
from items.v1 import items_pb2 as pb


class Catalog:
    """The rules of the items, over reads and a writer of the store.

    Requests satisfy the limits that the contract states as protovalidate rules.
    *describe* puts a refusal into a google.rpc.Status, for the results of a batch.
    Filters are read in *turns*.
    """

    def __init__(  # noqa: PLR0913, PLR0917  # the parts that the composition root has made
        self,
        reads: Reads,
        writer: Writer,
        tokens: PageTokens,
        describe: Callable[[CatalogError], status_pb2.Status],
        retention: Retention,
        turns: Turns,
    ) -> None:
        self._reads = reads
        self._writer = writer
        self._tokens = tokens
        self._describe = describe
        self._retention = retention
        self._turns = turns

    async def write(self, request: WriteRequest, caller: Caller) -> pb.ItemWriteResult:
        """Create, update, replace, delete or undelete an item; durable on return.

        Raises:
            CatalogError: the write is refused; `mutations.decide` says why.
        """
        return await self._writer.write(SingleWrite(request, caller, self._retention))

    async def batch_write(
        self, request: pb.BatchWriteItemsRequest, caller: Caller
    ) -> pb.BatchWriteItemsResponse:
        """Apply many writes in one commit.

        Raises:
            CatalogError: the batch is refused; only if allow_partial is not set, for a
                write in it, which the path of the violations then names.
        """
        unit = BatchWrite(request, caller, self._retention, self._describe)
        return await self._writer.write(unit)

    async def get(self, request: pb.GetItemRequest) -> pb.Item:
        """One item, now or at an earlier revision.

        Raises:
            ItemNotFound: there is none, or it is deleted and not to be shown.
            RevisionCompacted: the revision is no longer kept.
            RevisionInFuture: the revision has not been written yet.
            RevisionNotReached: min_revision was not reached in time.
        """
        least = request.min_revision
        if request.revision:
            read = partial(_item_at, request=request)
            item = await self._reads.scan(read, min_revision=least, about=request.revision)
        else:
            snapshot = await self._reads.get((request.id,), min_revision=least)
            item = snapshot.items.get(request.id)
        return visible(item, request.id, show_deleted=request.show_deleted)

    async def batch_get(self, request: pb.BatchGetItemsRequest) -> pb.BatchGetItemsResponse:
        """Many items at one revision, in the order of the request.

        Raises:
            InvalidRequest: the items are too large for one answer.
            RevisionNotReached: min_revision was not reached in time.
        """
        snapshot = await self._reads.get(request.ids, min_revision=request.min_revision)
        response = pb.BatchGetItemsResponse(revision=snapshot.revision)
        for item_id in request.ids:
            item = snapshot.items.get(item_id)
            if item is None or (item.HasField("delete_time") and not request.show_deleted):
                response.missing_ids.append(item_id)
            else:
                response.items.append(item)
        if response.ByteSize() > MAX_ANSWER_BYTES:
            raise too_large()
        return response

    async def list(self, request: pb.ListItemsRequest) -> pb.ListItemsResponse:
        """A page of the items that match the filter.

        Raises:
            InvalidFilter: the filter cannot be read.
            InvalidOrderBy: the order cannot be read.
            InvalidPageToken: the token is damaged, or of another request.
            RevisionNotReached: min_revision was not reached in time.
        """
        binding = repr(("list", request.filter, request.order_by, request.show_deleted))
        where = await self._turns.run(parsing(request.filter))
        order = parse_order_by(request.order_by)
        query = ItemQuery(
            limit=min(page_size(request.page_size), largest_page(order)),
            where=where,
            order=order,
            after=self._tokens.decode(binding, request.page_token) if request.page_token else None,
            show_deleted=request.show_deleted,
            max_bytes=MAX_ANSWER_BYTES,
        )
        head, page = await self._reads.scan(
            lambda reading: (reading.head(), reading.page(query)),
            min_revision=request.min_revision,
            cost=cost_of(query),
        )
        token = self._tokens.encode(binding, page.next) if page.next is not None else ""
        return pb.ListItemsResponse(items=page.items, next_page_token=token, revision=head.revision)

    async def revisions(self, request: pb.ListItemRevisionsRequest) -> pb.ListItemRevisionsResponse:
        """A page of the versions of one item, newest first.

        Raises:
            ItemNotFound: no version of such an item is kept.
            InvalidPageToken: the token is damaged, or of another request.
            RevisionNotReached: min_revision was not reached in time.
        """
        binding, limit = repr(("revisions", request.id)), page_size(request.page_size)
        before = None
        if request.page_token:
            (before,) = cast("tuple[int]", self._tokens.decode(binding, request.page_token))
        head, found = await self._reads.scan(
            lambda reading: (
                reading.head(),
                reading.revisions(request.id, before, limit + 1, MAX_ANSWER_BYTES),
            ),
            min_revision=request.min_revision,
            cost=cost_of_versions(limit),
        )
        if not found and before is None:
            raise ItemNotFound(f"there is no item `{request.id}`", metadata={"id": request.id})
        shown = found[: min(limit, fitting(found))]
        more = len(found) > len(shown)
        token = self._tokens.encode(binding, (shown[-1].revision,)) if more else ""
        return pb.ListItemRevisionsResponse(
            revisions=shown, next_page_token=token, revision=head.revision
        )


def _item_at(reading: Reading, request: pb.GetItemRequest) -> pb.Item | None:
    check_kept(reading.head(), request.revision, first=request.revision)
    return reading.item_at(request.id, request.revision)
