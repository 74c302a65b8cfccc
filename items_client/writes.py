"""The five writes as request messages: each alone is a call, many are a batch."""

from collections.abc import Iterable
from typing import TypedDict, Unpack

from items.v1 import items_pb2 as pb
from items.v1.items_fields import ItemFields
from items_client.fields import item
from items_client.patches import patch

Write = (
    pb.CreateItemRequest
    | pb.UpdateItemRequest
    | pb.ReplaceItemRequest
    | pb.DeleteItemRequest
    | pb.UndeleteItemRequest
)
"""One write."""


class WriteOptions(TypedDict, total=False):
    """What every write takes.

    *request_id* is a UUID that makes the write idempotent; the client makes one for a
    call without. *validate_only* runs every check and writes nothing.
    """

    request_id: str
    validate_only: bool


class Create(ItemFields, WriteOptions, total=False):
    """What a creation takes; without an *id* the service makes one."""

    id: str


class Update(ItemFields, WriteOptions, total=False):
    """What an update takes.

    *mask* names the paths to write, for changes that the keyword arguments cannot say.
    With an *etag*, the item must be at that version. *allow_missing* creates it if
    there is none.
    """

    mask: Iterable[str]
    etag: str
    allow_missing: bool


class Replace(ItemFields, WriteOptions, total=False):
    """What a replacement takes; with an *etag*, the item must be at that version."""

    id: str
    etag: str


class Removal(WriteOptions, total=False):
    """What a deletion and its undoing take; with an *etag*, the item must be at it."""

    etag: str


def create(base: pb.Item | None = None, /, **arguments: Unpack[Create]) -> pb.CreateItemRequest:
    """Create *base*, with the fields given in the place of its own."""
    fields, options = _sorted(arguments, "id")
    new = item(fields, base)
    new.id = arguments.get("id", new.id)
    return pb.CreateItemRequest(item=new, **options)


def update(item_id: str, /, **arguments: Unpack[Update]) -> pb.UpdateItemRequest:
    """Change the fields given, or, with a *mask*, exactly the paths that it names.

    Without a mask the arguments are a merge patch: see `items_client.patches`.
    """
    fields, options = _sorted(arguments, "mask", "etag", "allow_missing")
    changed, paths = patch(fields)
    changed.id = item_id
    changed.etag = arguments.get("etag", "")
    request = pb.UpdateItemRequest(
        item=changed, allow_missing=arguments.get("allow_missing", False), **options
    )
    request.update_mask.paths.extend(_mask(arguments["mask"]) if "mask" in arguments else paths)
    return request


def replace(base: pb.Item | None = None, /, **arguments: Unpack[Replace]) -> pb.ReplaceItemRequest:
    """Make the item exactly *base* with the fields given in the place of its own.

    An item that was read carries its etag: replacing with it is refused if the item has
    changed in the meantime. ``etag=""`` replaces whatever is there.
    """
    fields, options = _sorted(arguments, "id", "etag")
    new = item(fields, base)
    new.id = arguments.get("id", new.id)
    new.etag = arguments.get("etag", new.etag)
    return pb.ReplaceItemRequest(item=new, **options)


def delete(item_id: str, /, **arguments: Unpack[Removal]) -> pb.DeleteItemRequest:
    """Soft-delete the item."""
    return pb.DeleteItemRequest(id=item_id, **arguments)


def undelete(item_id: str, /, **arguments: Unpack[Removal]) -> pb.UndeleteItemRequest:
    """Bring a soft-deleted item back."""
    return pb.UndeleteItemRequest(id=item_id, **arguments)


def in_batch(write: Write) -> pb.ItemWrite:
    """*write* as a part of a batch."""
    match write:
        case pb.CreateItemRequest():
            return pb.ItemWrite(create=write)
        case pb.UpdateItemRequest():
            return pb.ItemWrite(update=write)
        case pb.ReplaceItemRequest():
            return pb.ItemWrite(replace=write)
        case pb.DeleteItemRequest():
            return pb.ItemWrite(delete=write)
        case pb.UndeleteItemRequest():
            return pb.ItemWrite(undelete=write)


def _sorted(arguments: Create | Update | Replace, *others: str) -> tuple[ItemFields, WriteOptions]:
    """The fields of the item and the options among *arguments*.

    Raises:
        TypeError: one is neither of them, nor among the names of *others*.
    """
    fields, options = ItemFields(), WriteOptions()
    for name, value in arguments.items():
        if name in ItemFields.__annotations__:
            fields[name] = value  # type: ignore[literal-required]  # a name of ItemFields
        elif name in WriteOptions.__annotations__:
            options[name] = value  # type: ignore[literal-required]  # a name of WriteOptions
        elif name not in others:
            raise TypeError(f"an item has no field, and a write no option {name!r}")
    return fields, options


def _mask(mask: Iterable[str]) -> Iterable[str]:
    """*mask* as paths: a text is one path, not one for each of its letters."""
    return (mask,) if isinstance(mask, str) else mask
