"""Idempotent calls: the first answer to a request id is given again (AIP-155)."""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from grpc_server.database.store import RequestKey, StoredAnswer
from grpc_server.items.caller import Caller
from grpc_server.items.errors import RequestIdReused
from grpc_server.items.mutations import WriteRequest
from grpc_server.writes.staging import Staging
from items.v1 import items_pb2 as pb

IdempotentRequest = WriteRequest | pb.BatchWriteItemsRequest
Answer = TypeVar("Answer", pb.ItemWriteResult, pb.BatchWriteItemsResponse)


@dataclass(frozen=True, slots=True)
class Idempotency:
    """What makes the calls of one caller idempotent; an answer is kept for *lifetime*."""

    caller: Caller
    lifetime: timedelta

    def keys(self, request: IdempotentRequest) -> Iterable[RequestKey]:
        """The key that *request* is remembered by: none if it has no request id."""
        if request.request_id:
            yield self._key(request)

    def once(
        self,
        staging: Staging,
        request: IdempotentRequest,
        perform: Callable[[Staging], Answer],
        answer_type: type[Answer],
    ) -> Answer:
        """Perform *request*, unless it has been: then give the answer that it had.

        The answer is kept in the transaction of the write itself. A refusal is not kept:
        it wrote nothing, so that trying again does no harm.

        Raises:
            RequestIdReused: the id was used for another request.
            CatalogError: as *perform* raises.
        """
        if not request.request_id:
            return perform(staging)
        key, fingerprint = self._key(request), _fingerprint(request)
        stored = staging.answer(key)
        if stored is None:
            answer = perform(staging)
            serialized = answer.SerializeToString()
            staging.remember(
                StoredAnswer(key, fingerprint, serialized, staging.now + self.lifetime)
            )
            return answer
        if stored.fingerprint != fingerprint:
            raise RequestIdReused(
                f"the request id `{request.request_id}` was used for another request",
                metadata={"request_id": request.request_id},
            )
        return answer_type.FromString(stored.answer)

    def _key(self, request: IdempotentRequest) -> RequestKey:
        return RequestKey(self.caller.actor, request.request_id.lower())


def _fingerprint(request: IdempotentRequest) -> bytes:
    """A digest of the type and the content of *request*, without its request id."""
    content = type(request)()
    content.CopyFrom(request)  # type: ignore[arg-type]  # a union of messages, each its own type
    content.request_id = ""
    serialized = content.SerializeToString(deterministic=True)
    return hashlib.sha256(request.DESCRIPTOR.full_name.encode() + b"\0" + serialized).digest()
