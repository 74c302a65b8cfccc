"""Random writes, each marked so that the history tells which call made a version."""

from dataclasses import dataclass
from random import Random
from uuid import UUID

from items.v1 import items_pb2 as pb

ITEMS = tuple(f"item-{number}" for number in range(20))
"""The items that calls compete for, beside those that they make."""

Request = (
    pb.CreateItemRequest
    | pb.UpdateItemRequest
    | pb.ReplaceItemRequest
    | pb.DeleteItemRequest
    | pb.UndeleteItemRequest
    | pb.BatchWriteItemsRequest
)


@dataclass(frozen=True, slots=True)
class Plan:
    """A call to be made: *name* is its actor, and the name that it gives to items.

    No two calls give the same name, so that none of them finds its item as it would
    leave it.
    """

    name: str
    request: Request

    @property
    def is_whole(self) -> bool:
        """Whether all of its writes are done, or none."""
        return not getattr(self.request, "allow_partial", False)

    @property
    def size(self) -> int:
        """How many items it writes."""
        return len(getattr(self.request, "writes", "1"))


def random_plan(random: Random, name: str) -> Plan:
    """A single write, or a batch; most can be retried, as they have a request id."""
    kind = random.choices((_single, _whole, _partial), (6, 2, 2))[0]
    request = kind(random, name)
    if random.random() < 0.8:
        request.request_id = str(UUID(int=random.getrandbits(128), version=4))
    return Plan(name, request)


def _single(random: Random, name: str) -> Request:
    if random.random() < 0.3:
        item_id = random.choice(("", f"made-{name}"))
        return pb.CreateItemRequest(item=pb.Item(id=item_id, name=name))
    write = _write(random, random.choice(ITEMS), name)
    request: Request = getattr(write, write.WhichOneof("write") or "")
    return request


def _whole(random: Random, name: str) -> Request:
    """Replacements only: one refusal would refuse them all."""
    writes = [_replace(item_id, name) for item_id in random.sample(ITEMS, 3)]
    return pb.BatchWriteItemsRequest(writes=writes)


def _partial(random: Random, name: str) -> Request:
    writes = [_write(random, item_id, name) for item_id in random.sample(ITEMS, 5)]
    return pb.BatchWriteItemsRequest(writes=writes, allow_partial=True)


def _write(random: Random, item_id: str, name: str) -> pb.ItemWrite:
    kinds = (_create, _update, _replace, _delete, _undelete)
    make = random.choices(kinds, (2, 4, 4, 2, 2))[0]
    return make(item_id, name)


def _create(item_id: str, name: str) -> pb.ItemWrite:
    return pb.ItemWrite(create=pb.CreateItemRequest(item=pb.Item(id=item_id, name=name)))


def _update(item_id: str, name: str) -> pb.ItemWrite:
    item = pb.Item(id=item_id, name=name)
    return pb.ItemWrite(update=pb.UpdateItemRequest(item=item, allow_missing=True))


def _replace(item_id: str, name: str) -> pb.ItemWrite:
    return pb.ItemWrite(replace=pb.ReplaceItemRequest(item=pb.Item(id=item_id, name=name)))


def _delete(item_id: str, _: str) -> pb.ItemWrite:
    return pb.ItemWrite(delete=pb.DeleteItemRequest(id=item_id))


def _undelete(item_id: str, _: str) -> pb.ItemWrite:
    return pb.ItemWrite(undelete=pb.UndeleteItemRequest(id=item_id))
