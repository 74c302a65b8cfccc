"""Conditional writes: `If-Match` becomes the expected etag of a write."""

from items.v1 import items_pb2 as pb
from rest_facade.problems.problems import Place, Problem, Violation, invalid
from rest_facade.requests.call import Call
from rest_facade.requests.entity_tags import EntityTags, read_entity_tags
from rest_facade.requests.preconditions import WriteRequest, identify, judge

ANY_VERSION = "*"
"""As an expected etag: the item must exist, in whatever version."""

NO_VERSION = "W/"
"""As an expected etag: what no item has, for tags that can never match."""

MAX_ETAG = 64

Expecting = pb.Item | pb.DeleteItemRequest | pb.UndeleteItemRequest
"""What holds the expected etag of a write."""


async def perform(call: Call, write: pb.ItemWrite) -> pb.ItemWriteResult:
    """Perform *write* under the conditions of the call's headers, and return its result.

    Raises:
        Problem: a condition does not hold, or the write is refused.
    """
    request: WriteRequest = getattr(write, write.WhichOneof("write") or "")
    identify(request, call.headers)
    tags = read_entity_tags(call.headers, "If-Match")
    if tags is not None and not isinstance(request, pb.CreateItemRequest):
        await _expect(call, _expecting(request), tags)
    try:
        return await call.upstream.writes.write(write, call.forwarded)
    except Problem as problem:
        raise judge(problem, call.headers) from problem


def _expecting(
    request: pb.UpdateItemRequest
    | pb.ReplaceItemRequest
    | pb.DeleteItemRequest
    | pb.UndeleteItemRequest,
) -> Expecting:
    if isinstance(request, pb.DeleteItemRequest | pb.UndeleteItemRequest):
        return request
    return request.item


async def _expect(call: Call, expecting: Expecting, tags: EntityTags) -> None:
    """Make the write conditional on one of *tags*; a field may not contradict them."""
    if not expecting.etag:
        expecting.etag = await _choose(call, expecting.id, tags)
    elif not tags.any and expecting.etag not in tags.strong:
        detail = f"contradicts the etag `{expecting.etag}` of the request"
        raise invalid(Violation(Place.HEADER, "If-Match", detail))


async def _choose(call: Call, item_id: str, tags: EntityTags) -> str:
    """Return the etag to expect; of several, the one that the item has now, if any."""
    if tags.any:
        return ANY_VERSION
    possible = [etag for etag in tags.strong if _is_possible(etag)]
    if len(possible) > 1:
        current = await _current_etag(call, item_id)
        return current if current in possible else possible[0]
    return possible[0] if possible else NO_VERSION


def _is_possible(etag: str) -> bool:
    return etag not in {"", ANY_VERSION} and len(etag) <= MAX_ETAG


async def _current_etag(call: Call, item_id: str) -> str:
    request = pb.GetItemRequest(id=item_id, show_deleted=True)
    try:
        return (await call.upstream.reads.get(request, call.forwarded)).etag
    except Problem as problem:
        if problem.reason != "ITEM_NOT_FOUND":
            raise
        return ""  # the write itself will say so
