"""Strategies for what the histories are made of: items, writes, batches."""

from typing import Any, TypeVar

from hypothesis import strategies as st

from tests.model.decisions import Item, Request, target, without
from tests.model.masks import BAD_PATHS, PATHS

IDS = ("a", "b", "c", "d")
NAMES = ("A", "B", "Ab")
ACTORS = ("", "ann", "bob")
ETAGS = ("*", "current", "current", "stale", "never")
"""`current` and `stale` stand for the etag that the item has, and the one before."""

REQUEST_IDS = tuple(f"01a20bc1-8bf5-70ec-9271-4fa42649511{digit}" for digit in "012A")

LABELS = st.dictionaries(st.sampled_from(("k", "a/b")), st.sampled_from(("v", "w", "")), min_size=1)
LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    (None, None, None, True, False, 2, 2.5, "t", "", ["red", None, {"y": 2}], {})
)
OBJECTS = st.dictionaries(st.sampled_from(("y", "z")), LEAVES)
ATTRIBUTES = st.dictionaries(st.sampled_from(("x", "a b")), LEAVES | OBJECTS)

NAMED = st.fixed_dictionaries(
    {"name": st.sampled_from(NAMES)},
    optional={
        "description": st.sampled_from(("", "d")),
        "labels": LABELS,
        "attributes": ATTRIBUTES,
    },
)
"""The content of an item that can be written."""

SOME_PATHS = st.lists(st.sampled_from(tuple(PATHS)), min_size=1, max_size=3, unique=True)
MASKS = SOME_PATHS | st.just(["attributes.*"])
BAD_MASKS = st.lists(st.sampled_from((*PATHS, *BAD_PATHS)), max_size=3)

T = TypeVar("T")


@st.composite
def mostly(draw: st.DrawFn, likely: st.SearchStrategy[T], rare: st.SearchStrategy[T]) -> T:
    """*rare* once in five times."""
    return draw(rare if draw(st.integers(0, 4)) == 4 else likely)


ETAG = mostly(st.just(""), st.sampled_from(ETAGS))
REQUEST_ID = mostly(st.just(""), st.sampled_from((*REQUEST_IDS, REQUEST_IDS[-1].lower())))
VALIDATE_ONLY = mostly(st.just(False), st.just(True))


@st.composite
def requests(draw: st.DrawFn, /, **fields: st.SearchStrategy[Any]) -> Request:
    """A request of one write; it may have a request id, or be not to write."""
    request: Request = draw(st.fixed_dictionaries(fields))
    rest = {"request_id": draw(REQUEST_ID), "validate_only": draw(VALIDATE_ONLY)}
    return request | {name: value for name, value in rest.items() if value}


@st.composite
def items(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Item:
    """An item as a client sends it, with the etag that it expects; rarely without id or name."""
    content: Item = draw(NAMED)
    nameless = mostly(st.just(content), st.just(without(content, "name")))
    item_id = draw(mostly(ids, ids | st.just("")))
    return {"id": item_id, "etag": draw(ETAG)} | draw(nameless)


@st.composite
def updates(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Request:
    """An update of one of *ids*, with a mask or without."""
    update = draw(requests(item=items(ids)))
    if draw(st.booleans()):
        update["update_mask"] = draw(mostly(MASKS, BAD_MASKS | st.just(["*"])))
    if draw(st.booleans()):
        update["allow_missing"] = True
    return {"update": update}


@st.composite
def writes(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Request:
    """Any of the five writes, to one of *ids*; a new item may leave its id to the server."""
    match draw(st.sampled_from(("create", "update", "replace", "delete", "undelete"))):
        case "create":
            return {"create": draw(requests(item=items(ids | st.just(""))))}
        case "update":
            return draw(updates(ids))
        case "replace":
            return {"replace": draw(requests(item=items(ids)))}
        case kind:
            return {kind: draw(requests(id=ids, etag=ETAG))}


@st.composite
def batches(draw: st.DrawFn, ids: st.SearchStrategy[str]) -> Request:
    """A batch of writes; one that is to be done as a whole mostly can be."""
    batch = draw(requests(allow_partial=st.booleans()))
    some = st.lists(writes(ids), min_size=1, max_size=5)
    if batch["allow_partial"]:
        return batch | {"writes": draw(some)}
    whole = st.lists(writes(ids).map(_plain), min_size=1, max_size=3, unique_by=target)
    return batch | {"writes": draw(mostly(whole, some))}


def _plain(write: Request) -> Request:
    """The same write without what belongs to its batch, as an upsert if it is none."""
    ((kind, request),) = write.items()
    plain = without(request, "request_id", "validate_only")
    is_upsert = kind == "create" and target(write)
    return {"replace" if is_upsert else kind: plain}
