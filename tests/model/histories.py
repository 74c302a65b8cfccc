"""Strategies for what the histories are made of: items, writes, batches."""

from typing import Any

from hypothesis import strategies as st

from tests.model.decisions import Item, Request, target, without
from tests.model.masks import BAD_PATHS, PATHS

IDS = ("a", "b", "c", "d")
NAMES = ("A", "B", "Ab")
ACTORS = ("", "ann", "bob")
ETAGS = ("", "", "", "*", "current", "stale", "never")
"""`current` and `stale` stand for the etag that the item has, and the one before."""

REQUEST_IDS = tuple(f"01a20bc1-8bf5-70ec-9271-4fa42649511{number}" for number in range(4))

LABELS = st.dictionaries(st.sampled_from(("k", "a/b")), st.sampled_from(("v", "w", "")), min_size=1)
LEAVES: st.SearchStrategy[Any] = st.sampled_from(
    (None, True, False, 2, 2.5, -3, "t", "", ["red", None, {"y": 2}], {})
)
OBJECTS = st.dictionaries(st.sampled_from(("y", "z")), LEAVES)
ATTRIBUTES = st.dictionaries(st.sampled_from(("x", "a b", "z")), LEAVES | OBJECTS)

FIELDS = {
    "description": st.sampled_from(("", "d")),
    "labels": LABELS,
    "attributes": ATTRIBUTES,
}
NAMED = st.fixed_dictionaries({"name": st.sampled_from(NAMES)}, optional=FIELDS)
NAMELESS = st.fixed_dictionaries({}, optional=FIELDS)
CONTENT = NAMED | NAMED | NAMED | NAMELESS

MASKS = st.lists(st.sampled_from((*PATHS, *PATHS, *BAD_PATHS)), max_size=3) | st.just(["*"])


def requests(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Request]:
    """Requests of one write; some have a request id, or are not to write."""
    rare = {
        "request_id": st.sampled_from((*REQUEST_IDS, REQUEST_IDS[0].upper())),
        "validate_only": st.just(True),
    }
    plain = st.fixed_dictionaries(fields)
    return plain | plain | st.fixed_dictionaries(fields, optional=rare)


def items(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Item]:
    """Items as a client sends them, with the etag that it expects."""
    identity = st.fixed_dictionaries({"id": ids, "etag": st.sampled_from(ETAGS)})
    return st.tuples(identity, CONTENT).map(lambda parts: parts[0] | parts[1])


def writes(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Request]:
    """Any of the five writes, to one of *ids*; a new item may leave its id to the server."""
    etags = st.sampled_from(ETAGS)
    masks = st.fixed_dictionaries(
        {}, optional={"update_mask": MASKS, "allow_missing": st.just(True)}
    )
    updates = st.tuples(requests(item=items(ids)), masks).map(lambda parts: parts[0] | parts[1])
    return (
        st.fixed_dictionaries({"create": requests(item=items(ids | st.just("")))})
        | st.fixed_dictionaries({"update": updates})
        | st.fixed_dictionaries({"replace": requests(item=items(ids))})
        | st.fixed_dictionaries({"delete": requests(id=ids, etag=etags)})
        | st.fixed_dictionaries({"undelete": requests(id=ids, etag=etags)})
    )


def batches(ids: st.SearchStrategy[str]) -> st.SearchStrategy[Request]:
    """Batches of writes: many of those that are to be done as a whole can be."""
    rare = {"request_id": st.sampled_from(REQUEST_IDS), "validate_only": st.just(True)}
    any_writes = st.lists(writes(ids), min_size=1, max_size=4)
    whole = st.lists(writes(ids).map(_plain), min_size=1, max_size=3, unique_by=target)
    return st.fixed_dictionaries(
        {"writes": any_writes, "allow_partial": st.booleans()}, optional=rare
    ) | st.fixed_dictionaries({"writes": whole}, optional=rare)


def _plain(write: Request) -> Request:
    """The same write without what belongs to its batch, and without an expected etag."""
    ((kind, request),) = write.items()
    plain = without(request, "request_id", "validate_only", "etag")
    return {kind: plain | {"item": without(plain["item"], "etag")} if "item" in plain else plain}
