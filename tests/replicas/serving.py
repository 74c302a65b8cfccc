"""Several servers in one process, on one store."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from items.v1.items_pb2_grpc import ItemServiceStub
from tests.dialects import store_url
from tests.servers import item_service


@asynccontextmanager
async def replicas(
    folder: Path, count: int, **settings: Any
) -> AsyncIterator[list[ItemServiceStub]]:
    """Stubs of *count* servers on the store of *folder*."""
    store = store_url(folder)
    async with AsyncExitStack() as running:
        stubs = []
        for number in range(count):
            place = folder / f"replica-{number}"
            place.mkdir(exist_ok=True)
            service = item_service(place, store=store, **settings)
            stubs.append(await running.enter_async_context(service))
        yield stubs
