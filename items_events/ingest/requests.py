"""The request in the body of a message."""

import re
from typing import Final
from uuid import UUID, uuid5

from items.v1 import items_pb2 as pb
from items.v1.items_converters import batch_write_items_request_to_proto
from items.v1.items_models import BatchWriteItemsRequest
from items_events.ingest.problems import refusal, unreadable
from items_events.ingest.source import Delivery
from items_protojson.parsing.document import Excessive, Malformed
from items_protojson.parsing.parser import parse
from items_protojson.parsing.violations import Invalid
from items_protojson.scalars.text import UUID as UUID_PATTERN

NAMESPACE: Final = UUID("8f5c2b0e-5d1b-5c39-9a53-2f4c7b1e6d80")
"""The namespace of request IDs that are derived from message ids."""

MAX_BYTES: Final = 16 * 1024 * 1024
"""The largest body that is parsed; the limit of the service is lower."""


def read_request(delivery: Delivery) -> pb.BatchWriteItemsRequest:
    """Return the request in *delivery*, with the same request ID at every delivery.

    The request ID is the `requestId` of the body if it has one; otherwise the id of the
    message if that is a UUID, or else its UUIDv5.

    Raises:
        NotApplicable: the body is too large, not JSON, not a valid request, or has no id.
    """
    if len(delivery.body) > MAX_BYTES:
        detail = f"the body is larger than {MAX_BYTES} bytes"
        raise refusal("REQUEST_TOO_LARGE", detail, "RESOURCE_EXHAUSTED")
    request = batch_write_items_request_to_proto(_parse(delivery.body))
    request.request_id = request.request_id or _request_id(delivery.id)
    return request


def _parse(body: bytes) -> BatchWriteItemsRequest:
    if not body:
        raise refusal(
            "MALFORMED_JSON", "the message has no body; in a Redis entry, it is the field body"
        )
    try:
        return parse(BatchWriteItemsRequest, body)
    except Malformed as error:
        raise refusal("MALFORMED_JSON", str(error)) from None
    except Excessive as error:
        raise refusal("REQUEST_TOO_LARGE", str(error), "RESOURCE_EXHAUSTED") from None
    except Invalid as error:
        raise unreadable(error) from None


def _request_id(message_id: str) -> str:
    if not message_id:
        raise refusal(
            "VALIDATION_FAILED",
            "the message has no message id, and the body no requestId:"
            " set one of them, or a redelivery would be applied twice",
        )
    if re.fullmatch(UUID_PATTERN, message_id):
        return message_id
    return str(uuid5(NAMESPACE, message_id))
