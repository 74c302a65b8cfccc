"""gRPC statuses as problems: the table, the details, and what never leaves."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf import any_pb2, duration_pb2
from google.protobuf.message import Message
from google.rpc import error_details_pb2 as details
from google.rpc import status_pb2
from grpc import StatusCode

from items.v1 import errors_pb2
from items.v1 import items_pb2 as pb
from items.v1.items_routes import ROUTES
from rest_facade.openapi.responses import REASONS
from rest_facade.problems.problems import HTTP_STATUS, Place, Problem, Violation, refused
from rest_facade.problems.statuses import problem_of_status
from rest_facade.requests.bindings import Binding
from rest_facade.requests.pointers import json_pointer

HTTP_OF_CODE = {
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 400,
    "OUT_OF_RANGE": 400,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "RESOURCE_EXHAUSTED": 429,
    "CANCELLED": 499,
    "UNIMPLEMENTED": 501,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
    "UNKNOWN": 500,
    "INTERNAL": 500,
    "DATA_LOSS": 500,
}
"""The table of the design."""

HTTP_OF_REASON = {
    "REVISION_COMPACTED": 410,
    "REQUEST_TOO_LARGE": 413,
    "METHOD_NOT_ALLOWED": 405,
    "NOT_ACCEPTABLE": 406,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "HOST_NOT_SERVED": 421,
}


def status(code: StatusCode, message: str, parts: Sequence[Message] = ()) -> status_pb2.Status:
    found = status_pb2.Status(code=code.value[0], message=message)
    for part in parts:
        packed = any_pb2.Any()
        packed.Pack(part)
        found.details.append(packed)
    return found


def test_every_code_has_the_status_of_the_design() -> None:
    assert {code.name: int(http) for code, http in HTTP_STATUS.items()} == HTTP_OF_CODE
    assert set(HTTP_STATUS) == set(StatusCode) - {StatusCode.OK}


@pytest.mark.parametrize(("reason", "http"), HTTP_OF_REASON.items())
def test_a_reason_that_http_has_a_word_for_has_its_own_status(reason: str, http: int) -> None:
    assert Problem(StatusCode.INTERNAL, reason, "").status == http


def test_the_details_of_a_status_become_members_of_the_problem() -> None:
    info = details.ErrorInfo(reason="OVERLOADED", domain="items.v1", metadata={"queue": "9"})
    retry = details.RetryInfo(retry_delay=duration_pb2.Duration(seconds=2, nanos=500_000_000))
    fields = [details.BadRequest.FieldViolation(field="item.name", description="is bad")]
    bad = details.BadRequest(field_violations=fields)
    problem = problem_of_status(
        status(StatusCode.RESOURCE_EXHAUSTED, "too many", [info, retry, bad])
    )
    response = refused(problem, "r-1")
    assert response.status_code == 429
    assert response.headers["retry-after"] == "2"
    assert response.headers["content-type"] == "application/problem+json"
    assert json.loads(bytes(response.body)) == {
        "type": "/errors#overloaded",
        "title": "Overloaded",
        "status": 429,
        "detail": "too many",
        "code": "RESOURCE_EXHAUSTED",
        "reason": "OVERLOADED",
        "requestId": "r-1",
        "metadata": {"queue": "9"},
        "violations": [{"in": "field", "name": "item.name", "detail": "is bad"}],
    }


def test_a_delay_of_less_than_a_second_is_a_second() -> None:
    response = refused(Problem(StatusCode.UNAVAILABLE, "X", "", retry_after=0.25), "r-1")
    assert response.headers["retry-after"] == "1"


@pytest.mark.parametrize("code", [StatusCode.INTERNAL, StatusCode.UNKNOWN, StatusCode.DATA_LOSS])
def test_nothing_of_a_fault_leaves(code: StatusCode) -> None:
    info = details.ErrorInfo(reason="SECRET", metadata={"path": "/secret"})
    debug = details.DebugInfo(detail="secret")
    problem = problem_of_status(status(code, "secret in a table", [info, debug]))
    shown = json.dumps(problem.to_json("r-1")).lower()
    assert problem.status == 500
    assert problem.reason == "INTERNAL"
    assert "secret" not in shown


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (StatusCode.UNAVAILABLE, "UPSTREAM_UNAVAILABLE"),
        (StatusCode.DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"),
        (StatusCode.CANCELLED, "UPSTREAM_UNAVAILABLE"),
        (StatusCode.UNIMPLEMENTED, "UNIMPLEMENTED"),
        (StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE"),
    ],
)
def test_a_status_that_grpc_itself_made_has_a_reason_of_the_contract(
    code: StatusCode, reason: str
) -> None:
    problem = problem_of_status(status(code, "failed to connect to 10.0.0.7:50051"))
    assert problem.reason == reason
    assert reason in REASONS
    assert "10.0.0.7" not in problem.detail


def test_an_unknown_code_is_a_fault() -> None:
    assert problem_of_status(status_pb2.Status(code=99, message="x")).status == 500


def test_the_documented_reasons_are_those_of_the_contract() -> None:
    names = {name.removeprefix("ERROR_REASON_") for name in errors_pb2.ErrorReason.keys()}  # noqa: SIM118  # an enum, no dict
    assert set(REASONS) == names - {"UNSPECIFIED"}


@pytest.mark.parametrize(
    ("message", "path", "pointer"),
    [
        (pb.UpdateItemRequest, "", ""),
        (pb.UpdateItemRequest, "update_mask", "/updateMask"),
        (pb.UpdateItemRequest, "item.create_time", "/item/createTime"),
        (pb.UpdateItemRequest, "item.labels.a.b/c", "/item/labels/a.b~1c"),
        (pb.UpdateItemRequest, 'item.labels["a.b"]', "/item/labels/a.b"),
        (pb.UpdateItemRequest, r'item.attributes["a\"]\u00e9"][0]', '/item/attributes/a"]é/0'),
        (pb.UpdateItemRequest, "item.attributes.foo_bar.x[2].y", "/item/attributes/foo_bar/x/2/y"),
        (pb.BatchWriteItemsRequest, "writes[3].create.item.name", "/writes/3/create/item/name"),
        (pb.BatchWriteItemsRequest, "writes[3].create.request_id", "/writes/3/create/requestId"),
        (pb.BatchWriteItemsRequest, "nonsense..[", "/nonsense"),
    ],
)
def test_a_path_of_a_message_becomes_a_pointer_into_its_json(
    message: type[Message], path: str, pointer: str
) -> None:
    descriptor: Any = message.DESCRIPTOR
    assert json_pointer(descriptor, path) == pointer


@pytest.mark.parametrize(
    ("rpc", "field", "place", "where"),
    [
        ("CreateItem", "item.name", Place.BODY, "/name"),
        ("CreateItem", "item.labels.a", Place.BODY, "/labels/a"),
        ("CreateItem", "request_id", Place.QUERY, "requestId"),
        ("UpdateItem", "item.id", Place.PATH, "id"),
        ("UpdateItem", "update_mask", Place.QUERY, "updateMask"),
        ("GetItem", "id", Place.PATH, "id"),
        ("ListItems", "order_by", Place.QUERY, "orderBy"),
        ("UndeleteItem", "request_id", Place.BODY, "/requestId"),
        ("BatchWriteItems", "writes[1].delete.id", Place.BODY, "/writes/1/delete/id"),
    ],
)
def test_a_field_of_an_rpc_is_found_in_the_rest_request(
    rpc: str, field: str, place: Place, where: str
) -> None:
    route = next(route for route in ROUTES if route.rpc == rpc)
    problem = Problem(
        StatusCode.INVALID_ARGUMENT,
        "VALIDATION_FAILED",
        "",
        violations=[Violation(Place.FIELD, field, "is bad")],
    )
    [found] = Binding.of(route).locate(problem).violations
    assert (found.place, found.where) == (place, where)
