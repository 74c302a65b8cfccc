"""Makes the planned calls, and notes what each client is told."""

import time
from collections.abc import Iterable

import grpc
from grpc import aio

from items.v1 import items_pb2 as pb
from items.v1 import items_pb2_grpc
from tests.crash.facts import Call, Effect
from tests.crash.plans import Plan

REFUSALS = {
    grpc.StatusCode.NOT_FOUND,
    grpc.StatusCode.ALREADY_EXISTS,
}
"""What the planned calls can be refused with."""


async def make(plan: Plan, stub: items_pb2_grpc.ItemServiceStub, sent: float | None = None) -> Call:
    """Call the server: what it answers is in the effects, None if it is gone.

    Raises:
        AioRpcError: the answer is not one that the plan can have.
    """
    sent = time.monotonic() if sent is None else sent
    call = getattr(stub, plan.request.DESCRIPTOR.name.removesuffix("Request"))
    try:
        answer = await call(plan.request, metadata=(("items-actor", plan.name),), timeout=30)
    except aio.AioRpcError as error:
        if error.code() is grpc.StatusCode.UNAVAILABLE:
            return Call(plan.name, plan.size, plan.is_whole, sent)
        if error.code() not in REFUSALS:
            raise
        effects: tuple[Effect, ...] = ()
    else:
        effects = tuple(Effect(item.id, item.revision) for item in written(answer))
    return Call(plan.name, plan.size, plan.is_whole, sent, time.monotonic(), effects)


async def ask_history(item_id: str, stub: items_pb2_grpc.ItemServiceStub) -> list[tuple[int, str]]:
    """What the server tells of an item: each revision and its call, oldest first."""
    request = pb.ListItemRevisionsRequest(id=item_id, page_size=1000)
    told: list[pb.ItemRevision] = []
    while not told or request.page_token:
        page = await stub.ListItemRevisions(request, timeout=30)
        told.extend(page.revisions)
        request.page_token = page.next_page_token
    return [(each.revision, each.actor) for each in reversed(told)]


def written(answer: pb.Item | pb.BatchWriteItemsResponse) -> Iterable[pb.Item]:
    """The items that a call has written, by its *answer*."""
    if isinstance(answer, pb.Item):
        return (answer,)
    return (result.item for result in answer.results if result.HasField("item"))
