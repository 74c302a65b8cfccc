"""What passes on the wire of a watch, for those who want to see it."""

from items.v1 import items_pb2 as pb
from items_client.errors import ItemsError


class WatchObserver:
    """Sees each request that a watch sends and each message that it receives.

    The methods do nothing: override those that matter. They are called in the order of
    the stream, a message before the first of its events.
    """

    def asked(self, request: pb.WatchItemsRequest) -> None:
        """A call begins: the first, or one that resumes the watch."""

    def received(self, message: pb.WatchItemsResponse) -> None:
        """A message has come."""

    def interrupted(self, error: ItemsError, delay: float) -> None:
        """The call has ended with *error*; the watch goes on in *delay* seconds."""
