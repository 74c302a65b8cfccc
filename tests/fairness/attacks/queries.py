"""Attacks on reads: filters, orders, pages and batches that are costly to answer."""

from collections.abc import Callable

from items.v1 import items_pb2 as pb
from tests.fairness.attack import Attack
from tests.fairness.calls import call_at_once, encoded
from tests.fairness.service import LARGE_ITEMS, Target

WILD = "*" + "aaa*" * 12 + "b*"
"""Matches no text of letters a alone, and tries to in many ways."""


def _at_once(method: str, number: int, seconds: float = 10) -> Callable[[Target, bytes], None]:
    def send(target: Target, request: bytes) -> None:
        call_at_once(target, method, [request] * number, seconds)

    return send


def _list(filter_: str = "", order_by: str = "", page_size: int = 1000) -> Callable[[], bytes]:
    return encoded(pb.ListItemsRequest(filter=filter_, order_by=order_by, page_size=page_size))


def _any_of(term: str, number: int) -> str:
    return " OR ".join(term.format(n) for n in range(number))


LARGE_IDS = [f"large-{number}" for number in range(LARGE_ITEMS)]
SMALL_IDS = [f"small-{number}" for number in range(700)]

ATTACKS = (
    Attack(
        "three lists with a wild pattern",
        "filter terms x rows x values",
        _at_once("ListItems", 3),
        _list(f'attributes.x = "{WILD}"'),
    ),
    Attack(
        "ten lists with a wild pattern on every text",
        "filter terms x rows x values",
        _at_once("ListItems", 10),
        _list(f'attributes.x = "{WILD}" OR name = "{WILD}" OR description = "{WILD}"'),
    ),
    Attack(
        "twenty lists with a hundred terms",
        "filter terms x rows x values",
        _at_once("ListItems", 20),
        _list(_any_of('attributes.x:"b{}"', 100)),
    ),
    Attack(
        "twenty lists with a hundred paths",
        "filter terms x rows x values",
        _at_once("ListItems", 20),
        _list(_any_of("attributes.a.b.c.d{} > 1", 100)),
    ),
    Attack(
        "two hundred lists of bare words",
        "filter terms x rows x values",
        _at_once("ListItems", 200),
        _list(" ".join(f"w{n}" for n in range(50))),
    ),
    Attack(
        "filters of parentheses",
        "filter terms",
        _at_once("ListItems", 100),
        _list("(" * 2000 + "name:a" + ")" * 2000),
    ),
    Attack(
        "filters of NOT",
        "filter terms",
        _at_once("ListItems", 100),
        _list("NOT " * 1000 + "name:a"),
    ),
    Attack(
        "filters of minus",
        "filter terms",
        _at_once("ListItems", 100),
        _list("-" * 4000 + "name:a"),
    ),
    Attack(
        "a filter in brackets of quotes",
        "filter terms",
        _at_once("ListItems", 100),
        _list('"' + "\\\\" * 2000 + '"'),
    ),
    Attack(
        "orders of every field",
        "order keys",
        _at_once("ListItems", 50),
        _list(order_by="name desc, description, create_time, update_time desc, revision, id desc"),
    ),
    Attack(
        "fifty largest pages of large items",
        "page sizes x item sizes",
        _at_once("ListItems", 50),
        _list('id = "large-*"'),
    ),
    Attack(
        "fifty batches of large items",
        "ids x item sizes",
        _at_once("BatchGetItems", 50),
        encoded(pb.BatchGetItemsRequest(ids=LARGE_IDS)),
    ),
    Attack(
        "fifty batches of a thousand items",
        "ids x item sizes",
        _at_once("BatchGetItems", 50),
        encoded(pb.BatchGetItemsRequest(ids=LARGE_IDS + SMALL_IDS)),
    ),
    Attack(
        "fifty histories of a large item",
        "versions x item sizes",
        _at_once("ListItemRevisions", 50),
        encoded(pb.ListItemRevisionsRequest(id="versions", page_size=1000)),
    ),
    Attack(
        "a thousand reads that wait for a revision",
        "waiting reads",
        _at_once("GetItem", 1000, 4),
        encoded(pb.GetItemRequest(id="honest", min_revision=1 << 40)),
    ),
)
