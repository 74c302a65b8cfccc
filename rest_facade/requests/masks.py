"""The update mask that the body of a PATCH implies, by RFC 7396 and AIP-134."""

from collections.abc import Iterator

from google.protobuf.field_mask_pb2 import FieldMask
from google.protobuf.struct_pb2 import Struct

from items.v1.items_fields import ITEM_WRITABLE
from items.v1.items_models import ItemPatch
from items_protojson.message import Message


def mask_of(body: ItemPatch) -> FieldMask:
    """Return the paths that *body* writes: what it has, and what it removes with null.

    Objects are merged, so that what the body does not name stays: maps by their keys,
    free-form JSON and messages as deep as they go. Lists are replaced.
    """
    sent = body.sent_fields()
    named = (name for name in ITEM_WRITABLE if name in sent)
    return FieldMask(paths=(path for name in named for path in _paths(body, name)))


def _paths(body: Message, name: str) -> Iterator[str]:
    """Yield the paths that the field *name* of *body* writes, by the kind of its value."""
    match getattr(body, name):
        case dict() as entries:
            yield from (f"{name}.{_quoted(key)}" for key in sorted(entries))
        case Struct():
            yield f"{name}.*"
        case Message() as part:
            for inner in sorted(part.sent_fields()):
                yield from (f"{name}.{path}" for path in _paths(part, inner))
        case _:
            yield name


def _quoted(key: str) -> str:
    """Return *key* in backticks (AIP-161); a backtick within is doubled."""
    return f"`{key.replace('`', '``')}`"
