"""The client: one method for each RPC."""

import copy
import math
from collections.abc import Iterable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypedDict, TypeVar, Unpack

import grpc
from google.protobuf.message import Message
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from items_client import writes
from items_client.calls import Caller, CallOptions
from items_client.channel import open_channel
from items_client.listing import Listing
from items_client.observing import WatchObserver
from items_client.retries import RetryPolicy
from items_client.watching import Watch, WatchOptions

RequestT = TypeVar("RequestT", bound=Message)
ResponseT = TypeVar("ResponseT", bound=Message)

ItemListing = Listing[pb.ListItemsRequest, pb.ListItemsResponse, pb.Item]
RevisionListing = Listing[
    pb.ListItemRevisionsRequest, pb.ListItemRevisionsResponse, pb.ItemRevision
]


class Options(TypedDict, total=False):
    """How calls are made: see `items_client.calls.CallOptions`."""

    timeout: float
    actor: str
    metadata: tuple[tuple[str, str], ...]
    retry: RetryPolicy


class Get(TypedDict, total=False):
    """What a get takes: see GetItemRequest."""

    show_deleted: bool
    revision: int
    min_revision: int


class List(TypedDict, total=False):
    """What a list takes: see ListItemsRequest."""

    filter: str
    order_by: str
    page_size: int
    page_token: str
    show_deleted: bool
    min_revision: int


class Page(TypedDict, total=False):
    """What the list of revisions takes: see ListItemRevisionsRequest."""

    page_size: int
    page_token: str
    min_revision: int


class BatchGet(TypedDict, total=False):
    """What a batch of gets takes: see BatchGetItemsRequest."""

    show_deleted: bool
    min_revision: int


class Following(TypedDict, total=False):
    """What a watch takes.

    Without *from_revision* it tells what comes from now on; 0 is everything that is
    kept. *snapshot* begins with the items that match instead. *filter* and *previous*:
    see WatchItemsRequest. *store_id* is the store that from_revision is of.

    *patience* is how many seconds nobody may answer before that is an error; without
    it, the watch goes on trying. *observer* sees what passes on the wire.
    """

    from_revision: int | None
    snapshot: bool
    filter: str
    previous: bool
    store_id: str
    patience: float
    observer: WatchObserver


class BatchWrite(writes.WriteOptions, total=False):
    """What a batch of writes takes: see BatchWriteItemsRequest."""

    allow_partial: bool


class ItemsClient:
    """Talks to the item service at *target*, ``HOST:PORT`` or ``unix:PATH``.

        async with ItemsClient("127.0.0.1:50051", actor="importer") as items:
            vim = await items.create(id="vim", name="Vim", labels={"section": "editors"})
            vim = await items.update("vim", labels={"tier": "gold"}, etag=vim.etag)
            async for item in items.list(filter='labels.section = "editors"'):
                print(item.name)

    Every method raises an `items_client.errors.ItemsError`. Calls are sent again while
    the service is unavailable or overloaded, until the timeout; a write is given a
    request id, so that it takes effect once. Without *credentials* the connection is
    not encrypted.
    """

    def __init__(
        self,
        target: str,
        *,
        credentials: grpc.ChannelCredentials | None = None,
        **options: Unpack[Options],
    ) -> None:
        self._target = target
        self._credentials = credentials
        self._options = CallOptions(**options)
        self._channel: aio.Channel | None = None

    async def __aenter__(self) -> Self:
        self._channel = open_channel(self._target, self._credentials)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        channel, self._channel = self._channel, None
        if channel is not None:
            await channel.close()

    def with_options(self, **options: Unpack[Options]) -> Self:
        """This client, over the same connection, with other options for its calls."""
        other = copy.copy(self)
        other._options = replace(self._options, **options)  # noqa: SLF001  # of this class
        return other

    @property
    def stub(self) -> ItemServiceStub:
        """The generated stub, for `call`."""
        return ItemServiceStub(self.channel)

    @property
    def channel(self) -> aio.Channel:
        """The connection, for the stubs of the other services of the server."""
        if self._channel is None:
            raise RuntimeError("the client is not open: use it in `async with ItemsClient(...)`")
        return self._channel

    async def call(
        self, method: aio.UnaryUnaryMultiCallable[RequestT, ResponseT], request: RequestT
    ) -> ResponseT:
        """Send a request message as every other method here does.

        For example ``await items.call(items.stub.GetItem, pb.GetItemRequest(id="vim"))``.
        """
        return await Caller(self._options).call(method, request)

    async def get(self, item_id: str, /, **options: Unpack[Get]) -> pb.Item:
        """The item, now or as it was at a *revision*. Raises NotFound."""
        return await self.call(self.stub.GetItem, pb.GetItemRequest(id=item_id, **options))

    async def create(
        self, item: pb.Item | None = None, /, **fields: Unpack[writes.Create]
    ) -> pb.Item:
        """Add an item: *item*, with *fields* in the place of its own. Raises AlreadyExists."""
        return await self.call(self.stub.CreateItem, writes.create(item, **fields))

    async def update(self, item_id: str, /, **changes: Unpack[writes.Update]) -> pb.Item:
        """Change the fields that are named, None removing; mappings are merged.

        With a *mask*, write exactly its paths. Raises NotFound and EtagMismatch.
        """
        return await self.call(self.stub.UpdateItem, writes.update(item_id, **changes))

    async def replace(
        self, item: pb.Item | None = None, /, **fields: Unpack[writes.Replace]
    ) -> pb.Item:
        """Create the item or make it exactly *item*, with *fields* in the place of its own.

        Raises EtagMismatch if it has an etag and the item has changed since.
        """
        return await self.call(self.stub.ReplaceItem, writes.replace(item, **fields))

    async def delete(self, item_id: str, /, **options: Unpack[writes.Removal]) -> pb.Item:
        """Soft-delete the item and answer with it. Raises NotFound and EtagMismatch."""
        return await self.call(self.stub.DeleteItem, writes.delete(item_id, **options))

    async def undelete(self, item_id: str, /, **options: Unpack[writes.Removal]) -> pb.Item:
        """Bring a soft-deleted item back. Raises NotFound and ItemNotDeleted."""
        return await self.call(self.stub.UndeleteItem, writes.undelete(item_id, **options))

    async def batch_get(
        self, ids: Iterable[str], /, **options: Unpack[BatchGet]
    ) -> pb.BatchGetItemsResponse:
        """The items among *ids*, read at one revision, and the ids without an item."""
        request = pb.BatchGetItemsRequest(ids=ids, **options)
        return await self.call(self.stub.BatchGetItems, request)

    async def batch_write(
        self, batch: Iterable[writes.Write], /, **options: Unpack[BatchWrite]
    ) -> pb.BatchWriteItemsResponse:
        """Apply writes made by `items_client.writes`: all or none, in one commit.

        With *allow_partial* each is applied on its own and answered with its own
        result; `items_client.statuses.from_status` makes an error of a refused one's.
        """
        request = pb.BatchWriteItemsRequest(writes=map(writes.in_batch, batch), **options)
        return await self.call(self.stub.BatchWriteItems, request)

    def revisions(self, item_id: str, /, **page: Unpack[Page]) -> RevisionListing:
        """The kept versions of the item, newest first: ``async for`` walks over them."""

        async def fetch(request: pb.ListItemRevisionsRequest) -> pb.ListItemRevisionsResponse:
            return await self.call(self.stub.ListItemRevisions, request)

        request = pb.ListItemRevisionsRequest(id=item_id, **page)
        return Listing(fetch, request, lambda answer: answer.revisions)

    def list(self, **query: Unpack[List]) -> ItemListing:
        """The items that match, page after page: ``async for`` walks over them."""

        async def fetch(request: pb.ListItemsRequest) -> pb.ListItemsResponse:
            return await self.call(self.stub.ListItems, request)

        return Listing(fetch, pb.ListItemsRequest(**query), lambda answer: answer.items)

    def watch(self, **following: Unpack[Following]) -> Watch:
        """Follow the changes: ``async for`` gives them, through restarts of the service.

            async for event in items.watch(from_revision=cursor.revision):
                match event:
                    case pb.ItemChanges(revision=revision, changes=changes):
                        apply(changes)
                    case pb.Bookmark(revision=revision):
                        keep(revision)

        An event is a revision with all its changes, a bookmark, or, with *snapshot*, a
        `items_client.watching.SnapshotPart`.
        """
        return Watch(
            self.stub.WatchItems,
            _watch_request(following),
            _watch_options(self._options, following),
        )


def _watch_request(following: Following) -> pb.WatchItemsRequest:
    """Raises ValueError if the watch is to begin in two places."""
    from_revision = following.get("from_revision")
    snapshot = following.get("snapshot", False)
    if snapshot and from_revision is not None:
        raise ValueError("a watch begins with a snapshot or from a revision, not both")
    return pb.WatchItemsRequest(
        from_revision=from_revision,
        include_snapshot=snapshot,
        filter=following.get("filter", ""),
        include_previous=following.get("previous", False),
        store_id=following.get("store_id", ""),
    )


def _watch_options(options: CallOptions, following: Following) -> WatchOptions:
    return WatchOptions(
        options,
        patience=following.get("patience", math.inf),
        observer=following.get("observer") or WatchObserver(),
    )
