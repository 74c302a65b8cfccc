"""The order of a list request: text such as ``name, update_time desc`` -> checked keys."""

import re
from collections.abc import Iterator

from grpc_server.database.query import Attribute, Column, Order, Target
from grpc_server.filters.syntax_errors import Misread, quote, refuse_unstorable
from grpc_server.filters.targets import PATH, Map, read_field
from grpc_server.items.errors import InvalidOrderBy
from grpc_server.items.page_size import MAX_PAGE_SIZE

MAX_CHARACTERS = 1024
MAX_KEYS = 8

MAX_SORTED = 250
"""How many items a page has at most in an order by values of any size: attributes, or the
description. As many of these are in memory as the page has items."""

_KEY = re.compile(
    rf"\s*(?P<path>{PATH})(?:\s+(?P<direction>[^\s,]+))?\s*(?P<comma>,|\Z)", re.DOTALL
)
_DESCENDING = {"": False, "asc": False, "desc": True}


def parse_order_by(text: str) -> tuple[Order, ...]:
    """The keys that *text* lists, made total by the id: AIP-132.

    The id follows in the direction of the last key, so that an index can serve both.
    Keys after the id never decide, and are left out.

    Raises:
        InvalidOrderBy: a key is no field, or is repeated, or there are too many.
    """
    try:
        return _total(_keys(text))
    except Misread as error:
        raise error.refusal(InvalidOrderBy, "order_by") from error


def largest_page(order: tuple[Order, ...]) -> int:
    """Return how many items a page in this *order* has at most."""
    is_large = any(
        isinstance(key.target, Attribute) or key.target is Column.DESCRIPTION for key in order
    )
    return MAX_SORTED if is_large else MAX_PAGE_SIZE


def _total(keys: tuple[Order, ...]) -> tuple[Order, ...]:
    targets = [key.target for key in keys]
    if Column.ID in targets:
        return keys[: targets.index(Column.ID) + 1]
    return (*keys, Order(Column.ID, descending=bool(keys) and keys[-1].descending))


def _keys(text: str) -> tuple[Order, ...]:
    if len(text) > MAX_CHARACTERS:
        raise Misread(MAX_CHARACTERS, f"more than {MAX_CHARACTERS} characters")
    refuse_unstorable(text)
    if not text or text.isspace():
        return ()
    keys: dict[Target, Order] = {}
    for written in _written(text):
        key = _order(written)
        if key.target in keys:
            raise Misread(written.start("path"), f"{quote(written['path'])} is named twice")
        if len(keys) == MAX_KEYS:
            raise Misread(written.start("path"), f"more than {MAX_KEYS} keys")
        keys[key.target] = key
    return tuple(keys.values())


def _written(text: str) -> Iterator[re.Match[str]]:
    position = 0
    comma = ","
    while comma:
        match = _KEY.match(text, position)
        if not match:
            raise _unreadable(text, position)
        yield match
        position, comma = match.end(), match["comma"]


def _order(written: re.Match[str]) -> Order:
    direction = written["direction"] or ""
    if direction.lower() not in _DESCENDING:
        raise Misread(written.start("direction"), f"expected asc or desc, found {quote(direction)}")
    field = read_field(written["path"], written.start("path"))
    if isinstance(field.target, Map):
        hint = f"order by one of its keys, `{field.target}.KEY`"
        raise Misread(field.offset, f"{quote(field.written)} has no order", hint)
    return Order(field.target, descending=_DESCENDING[direction.lower()])


def _unreadable(text: str, position: int) -> Misread:
    rest = text[position:]
    key = rest.split(",", 1)[0].strip()
    at = position + len(rest) - len(rest.lstrip())
    if not key:
        return Misread(at, "a field is missing")
    if key[0] in "-+":
        return Misread(at, f"unexpected `{key[0]}`", "write `desc` after the field")
    return Misread(at, f"cannot read {quote(key)}", "keys are written `name desc, create_time`")
