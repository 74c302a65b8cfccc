"""The stub of a channel that is no asyncio one; the generated types know only those."""

from typing import Any, cast

import grpc

from items.v1 import items_pb2_grpc


def stub(channel: grpc.Channel) -> Any:
    """Return the stub of ItemService on *channel*, which is called without await."""
    return items_pb2_grpc.ItemServiceStub(cast("Any", channel))
