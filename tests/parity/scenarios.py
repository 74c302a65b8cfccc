"""What both doors must answer alike: named lists of calls, with the code of each.

A request may be a function of the answers before it, to send back an etag or a token.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.parity.doors import Answer

Json = dict[str, Any]
KEY = "0b7c3c8e-6f0f-4f0f-9d43-0a4a4f1b7a11"


@dataclass(frozen=True, slots=True)
class Step:
    """One call, and how it must end: OK, or the reason of its refusal."""

    rpc: str
    request: Json | Callable[[Sequence[Answer]], Json]
    ends: str = "OK"


def vim(**fields: Any) -> Json:
    return {"id": "vim", "name": "Vim"} | fields


def create(item: Json, ends: str = "OK", **more: Any) -> Step:
    return Step("CreateItem", {"item": item} | more, ends)


def update(item: Json, ends: str = "OK", **more: Any) -> Step:
    return Step("UpdateItem", {"item": {"id": "vim"} | item} | more, ends)


def replace(item: Json, ends: str = "OK", **more: Any) -> Step:
    return Step("ReplaceItem", {"item": item} | more, ends)


def get(item_id: str, ends: str = "OK", **more: Any) -> Step:
    return Step("GetItem", {"id": item_id} | more, ends)


def delete(ends: str = "OK", **more: Any) -> Step:
    return Step("DeleteItem", {"id": "vim"} | more, ends)


def undelete(ends: str = "OK", **more: Any) -> Step:
    return Step("UndeleteItem", {"id": "vim"} | more, ends)


def listing(ends: str = "OK", **request: Any) -> Step:
    return Step("ListItems", request, ends)


def batch(*writes: Json, ends: str = "OK", **more: Any) -> Step:
    return Step("BatchWriteItems", {"writes": list(writes)} | more, ends)


def catalogue(count: int) -> Step:
    return batch(
        *(
            {"create": {"item": {"id": f"i{n}", "name": f"n{n % 3}", "labels": {"k": str(n % 2)}}}}
            for n in range(count)
        )
    )


def nested(depth: int) -> Json:
    return {"a": nested(depth - 1)} if depth else {}


SCENARIOS: dict[str, list[Step]] = {
    "an item is created and read": [
        create(
            vim(
                description="ein Editor ✎ für alle",
                labels={"section": "editors", "a.b/c": ""},
                attributes={"size": 3.5, "tags": ["x", None, {"y": True}], "empty": {}},
            )
        ),
        get("vim"),
    ],
    "a taken id is refused": [create(vim()), create(vim(), "ITEM_ALREADY_EXISTS")],
    "a missing item is not found": [get("nobody", "ITEM_NOT_FOUND")],
    "an item without a name is refused": [create({"id": "vim"}, "VALIDATION_FAILED")],
    "an empty name is refused": [create(vim(name=""), "VALIDATION_FAILED")],
    "a bad id is refused": [create(vim(id="Vim!"), "VALIDATION_FAILED")],
    "a bad label key is refused": [create(vim(labels={"Big": "x"}), "VALIDATION_FAILED")],
    "too many labels are refused": [
        create(vim(labels={f"k{n}": "" for n in range(65)}), "VALIDATION_FAILED")
    ],
    "attributes that nest too deep are refused": [
        create(vim(attributes=nested(40)), "VALIDATION_FAILED")
    ],
    "output-only fields are ignored": [
        create(vim(revision="99", createTime="2001-01-01T00:00:00Z")),
        get("vim"),
    ],
    "an update writes what its mask names": [
        create(vim(description="old", labels={"a": "1", "b": "2"})),
        update({"name": "Vi", "description": "new"}, updateMask="name"),
        update({"labels": {"a": "3"}}, updateMask="labels.a"),
        update({}, updateMask="labels.b,description"),
        get("vim"),
    ],
    "an update of an unknown path is refused": [
        create(vim()),
        update({"name": "x"}, "INVALID_UPDATE_MASK", updateMask="nmae"),
        update({"name": "x"}, "INVALID_UPDATE_MASK", updateMask="createTime"),
    ],
    "an update reaches into the attributes": [
        create(vim(attributes={"a": {"b": 1, "c": 2}})),
        update({"attributes": {"a": {"b": 5}}}, updateMask="attributes.a.b"),
        update({"attributes": {"a": {"c": None}, "d": 1}}, updateMask="attributes.*"),
        get("vim"),
    ],
    "an update of a missing item needs allow_missing": [
        update({"name": "Vi"}, "ITEM_NOT_FOUND", updateMask="name"),
        update({"name": "Vi"}, updateMask="name", allowMissing=True),
    ],
    "a replacement creates, replaces, and changes nothing when repeated": [
        replace(vim(description="x")),
        replace(vim()),
        replace(vim()),
        Step("ListItemRevisions", {"id": "vim"}),
    ],
    "a stale etag is refused": [
        create(vim()),
        update({"name": "Vi", "etag": "1"}, updateMask="name"),
        update({"name": "Vii", "etag": "1"}, "ETAG_MISMATCH", updateMask="name"),
        replace(vim(etag="1"), "ETAG_MISMATCH"),
        delete("ETAG_MISMATCH", etag="1"),
        delete(etag="2"),
        undelete("ETAG_MISMATCH", etag="2"),
        undelete(etag="3"),
    ],
    "a deleted item is hidden, shown on request, and undeleted": [
        create(vim()),
        delete(),
        get("vim", "ITEM_DELETED"),
        get("vim", showDeleted=True),
        delete("ITEM_DELETED"),
        update({"name": "Vi"}, "ITEM_DELETED", updateMask="name"),
        create(vim(), "ITEM_ALREADY_EXISTS"),
        listing(),
        listing(showDeleted=True),
        undelete(),
        undelete("ITEM_NOT_DELETED"),
        get("vim"),
    ],
    "the past is read by its revision": [
        create(vim()),
        update({"name": "Vi"}, updateMask="name"),
        delete(),
        get("vim", revision="1"),
        get("vim", revision="2"),
        get("vim", "ITEM_DELETED", revision="3"),
        get("vim", "REVISION_IN_FUTURE", revision="4"),
        get("vim", "VALIDATION_FAILED", revision="-1"),
    ],
    "a request id makes a write happen once": [
        create({"name": "nameless"}, requestId=KEY),
        create({"name": "nameless"}, requestId=KEY),
        create({"name": "another"}, "REQUEST_ID_REUSED", requestId=KEY),
        create(vim(), "VALIDATION_FAILED", requestId="not-a-uuid"),
        listing(),
    ],
    "validate_only checks and writes nothing": [
        create(vim(), validateOnly=True),
        get("vim", "ITEM_NOT_FOUND"),
        create({"id": "vim"}, "VALIDATION_FAILED", validateOnly=True),
    ],
    "a list is filtered, ordered and paged": [
        catalogue(7),
        listing(filter='labels.k = "1"', orderBy="name desc, id"),
        listing(pageSize=3),
        Step("ListItems", lambda seen: {"pageSize": 3, "pageToken": seen[2].body["nextPageToken"]}),
        Step("ListItems", lambda seen: {"pageSize": 3, "pageToken": seen[3].body["nextPageToken"]}),
        Step(
            "ListItems",
            lambda seen: {"filter": "id:*", "pageToken": seen[2].body["nextPageToken"]},
            "INVALID_PAGE_TOKEN",
        ),
        listing("INVALID_PAGE_TOKEN", pageToken="forged"),
        listing("INVALID_FILTER", filter="name ="),
        listing("INVALID_FILTER", filter='nmae = "x"'),
        listing("INVALID_ORDER_BY", orderBy="nmae"),
        listing("VALIDATION_FAILED", pageSize=-1),
        listing(pageSize=2_000_000),
    ],
    "a batch is read in the order of its ids": [
        catalogue(3),
        Step("BatchGetItems", {"ids": ["i2", "nobody", "i0"]}),
        Step("BatchGetItems", {"ids": ["i2", "i2"]}, "VALIDATION_FAILED"),
        Step("BatchGetItems", {"ids": []}, "VALIDATION_FAILED"),
    ],
    "a batch is written as a whole or not at all": [
        create(vim()),
        batch(
            {"update": {"item": {"id": "vim", "name": "Vi"}, "updateMask": "name"}},
            {"create": {"item": {"id": "ed", "name": "Ed"}}},
            {"replace": {"item": {"id": "ex", "name": "Ex"}}},
        ),
        batch(
            {"delete": {"id": "ed"}},
            {"create": {"item": {"id": "ex", "name": "Ex"}}},
            ends="ITEM_ALREADY_EXISTS",
        ),
        batch({"delete": {"id": "ed"}}, {"undelete": {"id": "ed"}}, ends="DUPLICATE_ID"),
        listing(),
    ],
    "a partial batch has a result for each write": [
        batch(
            {"create": {"item": {"id": "ed", "name": "Ed"}}},
            {"create": {"item": {"id": "ed", "name": "Ed"}}},
            {"delete": {"id": "ed"}},
            {"undelete": {"id": "ed"}},
            {"replace": {"item": {"id": "ed", "name": "Ed"}}},
            allowPartial=True,
        ),
        Step("ListItemRevisions", {"id": "ed"}),
    ],
    "the history of an item is paged, newest first": [
        create(vim()),
        *(update({"name": f"Vim {n}"}, updateMask="name") for n in range(4)),
        Step("ListItemRevisions", {"id": "vim", "pageSize": 2}),
        Step(
            "ListItemRevisions",
            lambda seen: {"id": "vim", "pageToken": seen[5].body["nextPageToken"]},
        ),
        Step("ListItemRevisions", {"id": "nobody"}, "ITEM_NOT_FOUND"),
    ],
    "a revision that does not come is waited for in vain": [
        create(vim()),
        get("vim", minRevision="1"),
        get("vim", "REVISION_NOT_REACHED", minRevision="9"),
        listing("REVISION_NOT_REACHED", minRevision="9"),
        Step("BatchGetItems", {"ids": ["vim"], "minRevision": "9"}, "REVISION_NOT_REACHED"),
    ],
}
