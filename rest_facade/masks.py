"""The update mask that the body of a PATCH implies, by RFC 7396 and AIP-134."""

from collections.abc import Iterator

from google.protobuf.field_mask_pb2 import FieldMask

from items.v1.items_models import ItemPatch


def mask_of(body: ItemPatch) -> FieldMask:
    """The paths that *body* writes: what it has, and what it removes with null.

    Labels and attributes are merged: those that the body does not name stay.
    """
    return FieldMask(paths=_paths(body))


def _paths(body: ItemPatch) -> Iterator[str]:
    sent = body.sent_fields()
    yield from (name for name in ("name", "description") if name in sent)
    if "labels" in sent:
        yield from _labels(body)
    if "attributes" in sent:
        yield "attributes" if body.attributes is None else "attributes.*"


def _labels(body: ItemPatch) -> Iterator[str]:
    if body.labels is None:
        yield "labels"
    else:
        yield from (f"labels.`{key}`" for key in sorted(body.labels))
