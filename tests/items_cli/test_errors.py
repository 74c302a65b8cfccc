import grpc

from items_cli.errors import reason, reasons_by_write
from items_client.errors import ErrorDetail, InvalidRequest, NotFound, Violation


def refused(*violations: Violation) -> InvalidRequest:
    detail = ErrorDetail(reason="VALIDATION_FAILED", violations=violations)
    return InvalidRequest(grpc.StatusCode.INVALID_ARGUMENT, "bad", detail)


def test_a_reason_names_the_fields_as_the_line_has_them() -> None:
    error = refused(Violation("item.name", "is required"), Violation('item.labels["A"]', "is bad"))
    assert reason(error) == 'name: is required; labels["A"]: is bad (VALIDATION_FAILED)'


def test_a_reason_without_fields_is_the_message() -> None:
    assert reason(NotFound(grpc.StatusCode.NOT_FOUND, "gone")) == "gone (NOT_FOUND)"


def test_the_writes_of_a_batch_are_told_apart() -> None:
    error = refused(
        Violation("writes[3].replace.item.name", "is required"),
        Violation("writes[0].replace.item.id", "is bad"),
        Violation("writes[3].replace.item.id", "is bad"),
    )
    assert reasons_by_write(error) == {
        3: "name: is required; id: is bad (VALIDATION_FAILED)",
        0: "id: is bad (VALIDATION_FAILED)",
    }


def test_what_is_wrong_with_the_batch_names_no_write() -> None:
    assert reasons_by_write(refused(Violation("writes", "too many"))) == {}
