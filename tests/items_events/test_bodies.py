"""Messages are read within the bounds of REST's bodies, and refused in the same words."""

import json
import time
from typing import Any

import pytest

from items_events.ingest.problems import MAX_ENTRIES, MAX_TEXT, NotApplicable
from items_events.ingest.requests import read_request
from items_events.ingest.source import Delivery
from items_protojson.parsing.document import MAX_ELEMENTS

ID = "01a20bc1-8bf5-70ec-9271-4fa426495112"


def creation(**item: Any) -> dict[str, Any]:
    return {"writes": [{"create": {"item": {"name": "n", **item}}}]}


def problem_of(body: bytes) -> dict[str, Any]:
    """What is wrong with a message with this *body*."""
    with pytest.raises(NotApplicable) as refused:
        read_request(Delivery(ID, body, None))
    return dict(refused.value.problem)


def test_a_key_that_stands_twice_among_very_many_is_found_at_once() -> None:
    members = ",".join(f'"k{number}":1' for number in range(90_000))
    body = f'{{"writes":[{{"create":{{"item":{{"attributes":{{{members},"k7":1}}}}}}}}]}}'
    began = time.thread_time()
    problem = problem_of(body.encode())
    assert time.thread_time() - began < 1
    assert problem["reason"] == "MALFORMED_JSON"
    assert problem["detail"] == 'the key "k7" stands twice in an object'


def test_a_message_of_too_many_elements_is_refused_before_it_is_read() -> None:
    body = json.dumps(creation(attributes={"list": [0] * (MAX_ELEMENTS + 1)}))
    assert problem_of(body.encode())["reason"] == "REQUEST_TOO_LARGE"


def test_a_number_that_would_be_rounded_is_refused_where_it_stands() -> None:
    problem = problem_of(json.dumps(creation(attributes={"serial": 2**53 + 1})).encode())
    assert problem["violations"] == [
        {
            "pointer": "/writes/0/create/item/attributes/serial",
            "detail": "would be rounded to 9007199254740992; send it as text, in quotes",
        }
    ]


def test_of_very_many_violations_a_bounded_part_is_told() -> None:
    problem = problem_of(json.dumps({f"key{'x' * 200}{n}": n for n in range(50_000)}).encode())
    assert len(problem["violations"]) == MAX_ENTRIES
    assert len(problem["detail"]) <= MAX_TEXT
