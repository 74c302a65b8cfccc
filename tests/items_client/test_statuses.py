import re
from datetime import timedelta

import grpc
import pytest
from google.rpc import error_details_pb2, status_pb2
from grpc import aio

from items.v1 import errors_pb2
from items_client import errors, statuses
from items_client.errors import ItemsError, Violation
from items_client.statuses import from_call, from_status
from tests.items_client.failing_service import failure, retry_after


def info(reason: str, **metadata: str) -> error_details_pb2.ErrorInfo:
    return error_details_pb2.ErrorInfo(reason=reason, domain="items.v1", metadata=metadata)


def call_error(trailing: aio.Metadata, initial: aio.Metadata | None = None) -> aio.AioRpcError:
    return aio.AioRpcError(
        grpc.StatusCode.NOT_FOUND,
        initial_metadata=initial or aio.Metadata(),
        trailing_metadata=trailing,
        details="no",
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (grpc.StatusCode.INVALID_ARGUMENT, errors.InvalidRequest),
        (grpc.StatusCode.NOT_FOUND, errors.NotFound),
        (grpc.StatusCode.ALREADY_EXISTS, errors.AlreadyExists),
        (grpc.StatusCode.ABORTED, errors.Aborted),
        (grpc.StatusCode.FAILED_PRECONDITION, errors.PreconditionFailed),
        (grpc.StatusCode.OUT_OF_RANGE, errors.RevisionOutOfRange),
        (grpc.StatusCode.UNAUTHENTICATED, errors.AccessDenied),
        (grpc.StatusCode.PERMISSION_DENIED, errors.AccessDenied),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, errors.Overloaded),
        (grpc.StatusCode.UNAVAILABLE, errors.Unavailable),
        (grpc.StatusCode.CANCELLED, errors.Unavailable),
        (grpc.StatusCode.DEADLINE_EXCEEDED, errors.DeadlineExceeded),
        (grpc.StatusCode.INTERNAL, errors.ServiceFailed),
        (grpc.StatusCode.UNIMPLEMENTED, errors.ServiceFailed),
    ],
)
def test_each_code_has_its_error(code: grpc.StatusCode, kind: type[ItemsError]) -> None:
    error = from_status(failure(code))
    assert type(error) is kind
    assert error.code is code


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (grpc.StatusCode.NOT_FOUND, "ITEM_DELETED", errors.ItemDeleted),
        (grpc.StatusCode.ALREADY_EXISTS, "ITEM_NOT_DELETED", errors.ItemNotDeleted),
        (grpc.StatusCode.FAILED_PRECONDITION, "REQUEST_ID_REUSED", errors.RequestIdReused),
        (grpc.StatusCode.OUT_OF_RANGE, "REVISION_COMPACTED", errors.RevisionCompacted),
        (grpc.StatusCode.OUT_OF_RANGE, "REVISION_IN_FUTURE", errors.RevisionInFuture),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, "REQUEST_TOO_LARGE", errors.InvalidRequest),
        (grpc.StatusCode.INVALID_ARGUMENT, "INVALID_FILTER", errors.InvalidFilter),
        (grpc.StatusCode.FAILED_PRECONDITION, "STORE_MISMATCH", errors.StoreMismatch),
        (grpc.StatusCode.ABORTED, "ETAG_MISMATCH", errors.EtagMismatch),
        (grpc.StatusCode.ABORTED, "LEASE_LOST", errors.Aborted),
        (grpc.StatusCode.ABORTED, "WATCHER_TOO_SLOW", errors.WatcherTooSlow),
    ],
)
def test_a_reason_makes_the_error_more_precise(
    code: grpc.StatusCode, reason: str, kind: type[ItemsError]
) -> None:
    assert errors_pb2.ErrorReason.Value(f"ERROR_REASON_{reason}")
    assert type(from_status(failure(code, info(reason)))) is kind


def test_an_error_carries_what_the_details_say() -> None:
    bad = error_details_pb2.BadRequest(
        field_violations=[{"field": "item.name", "description": "is too long"}]
    )
    error = from_status(
        failure(
            grpc.StatusCode.INVALID_ARGUMENT,
            info("VALIDATION_FAILED", id="vim"),
            bad,
            retry_after(timedelta(milliseconds=1500)),
            error_details_pb2.RequestInfo(request_id="r-1"),
        )
    )
    assert error.reason == "VALIDATION_FAILED"
    assert error.metadata == {"id": "vim"}
    assert error.violations == (Violation("item.name", "is too long"),)
    assert error.retry_delay == 1.5
    assert error.request_id == "r-1"


def test_an_error_reads_as_a_sentence() -> None:
    status = failure(grpc.StatusCode.NOT_FOUND, info("ITEM_NOT_FOUND"), message="no item `vim`")
    assert str(from_status(status)) == "no item `vim` (ITEM_NOT_FOUND)"
    assert str(from_status(failure(grpc.StatusCode.UNKNOWN, message=""))) == "no message (UNKNOWN)"


def test_an_unknown_code_is_a_fault_of_the_service() -> None:
    assert type(from_status(status_pb2.Status(code=99))) is errors.ServiceFailed


def test_a_broken_detail_is_passed_over() -> None:
    status = failure(grpc.StatusCode.NOT_FOUND, info("ITEM_DELETED"))
    broken = status.details.add()
    broken.type_url, broken.value = "type.googleapis.com/google.rpc.RetryInfo", b"\xff\xff"
    error = from_status(status)
    assert type(error) is errors.ItemDeleted
    assert error.retry_delay is None


def test_a_broken_status_leaves_code_and_message() -> None:
    error = from_call(call_error(aio.Metadata(("grpc-status-details-bin", b"\xff\xff"))))
    assert type(error) is errors.NotFound
    assert error.message == "no"


def test_the_request_id_is_that_of_the_answer_or_else_the_one_that_was_sent() -> None:
    answered = aio.Metadata(("x-request-id", "theirs"))
    assert from_call(call_error(answered), "ours").request_id == "theirs"
    assert from_call(call_error(aio.Metadata(), answered), "ours").request_id == "theirs"
    assert from_call(call_error(aio.Metadata()), "ours").request_id == "ours"


def test_the_tree_of_errors_states_the_codes_that_make_them() -> None:
    branch = re.compile(r"^    [├└]── (\w+)(.*\n(?: +│ {5,}.*\n)?)", re.MULTILINE)
    drawn = dict(branch.findall(errors.__doc__ or ""))
    for code, kind in statuses._BY_CODE.items():
        assert code.name in drawn[kind.__name__]
    assert {kind.__name__ for kind in ItemsError.__subclasses__()} == drawn.keys()
