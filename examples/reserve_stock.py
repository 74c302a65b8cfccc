"""An internal service: takes pieces of an item out of stock, without taking one twice.

    python examples/reserve_stock.py --grpc 127.0.0.1:50051

Several buyers reserve at once. Each reads the item and writes it with the etag that it
read; whoever was overtaken reads again. What needs no code here: the client sends calls
again while the service is away or overloaded, and gives each write a request id, so that
a repetition takes effect once.
"""

import argparse
import asyncio

from items.v1 import items_pb2 as pb
from items_client import ItemsClient
from items_client.errors import AlreadyExists, EtagMismatch, ItemsError

ITEM = "example-desk-lamp"


async def main() -> None:
    """Put 10 lamps in stock, and let three buyers reserve two each."""
    parser = argparse.ArgumentParser(description="Reserve stock, as several buyers at once.")
    parser.add_argument("--grpc", default="127.0.0.1:50051", help="default: %(default)s")
    target = parser.parse_args().grpc
    async with ItemsClient(target, actor="shop", timeout=5) as items:
        await stock_up(items)
        buyers = ("ann", "bob", "eve")
        await asyncio.gather(*(reserve(items.with_options(actor=name), 2) for name in buyers))
        item = await items.get(ITEM)
        print(f"{stock(item)} left, at revision {item.revision}")


async def stock_up(items: ItemsClient) -> None:
    """Create the item, or make its stock 10 again."""
    try:
        await items.create(id=ITEM, name="Desk lamp", attributes={"stock": 10})
    except AlreadyExists:
        await items.update(ITEM, attributes={"stock": 10})


def stock(item: pb.Item) -> int:
    """Return how many pieces are in stock; attributes are JSON, so that numbers are doubles."""
    return int(item.attributes.fields["stock"].number_value)


async def reserve(items: ItemsClient, count: int) -> None:
    """Take *count* pieces out of stock; there must be as many."""
    while True:
        item = await items.get(ITEM)
        left = stock(item) - count
        if left < 0:
            raise SystemExit(f"fewer than {count} are left")
        try:
            await items.update(ITEM, attributes={"stock": left}, etag=item.etag)
        except EtagMismatch:
            continue  # someone else reserved in between
        return


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except ItemsError as error:
        raise SystemExit(f"reserve_stock: {error}") from None
