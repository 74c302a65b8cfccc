import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from items_runtime.logs import configure_logging


@pytest.fixture(autouse=True)
def _default_logging_afterwards() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def fail(_: str) -> None:
    raise ZeroDivisionError


def log_a_fault() -> None:
    try:
        fail("of a caller")
    except ZeroDivisionError as fault:
        structlog.get_logger().error("fault", exc_info=fault)


def test_a_fault_is_logged_as_one_line_of_json_without_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    log_a_fault()
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["exception"][0]["exc_type"] == "ZeroDivisionError"
    assert "of a caller" not in line


def test_a_fault_is_logged_for_people_as_a_traceback_without_local_variables(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "console")
    log_a_fault()
    printed = capsys.readouterr().err
    assert printed.endswith("ZeroDivisionError\n")
    assert "of a caller" not in printed.replace('fail("of a caller")', "the line of the source")


def test_an_event_for_people_keeps_the_order_of_its_words_and_has_no_colours_in_a_file(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "console")
    structlog.get_logger().info("call", method="GET", path="/", ms=1)
    assert capsys.readouterr().err.endswith(" call method=GET path=/ ms=1\n")


def test_what_grpc_says_of_metadata_that_is_no_text_is_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("info", "json")
    of_grpc = logging.getLogger("grpc._cython.cygrpc")
    of_grpc.error("Invalid encoding on %s", b"\xff")
    of_grpc.error("a fault of %s", "the server")
    (line,) = capsys.readouterr().err.splitlines()
    assert json.loads(line)["event"] == "a fault of the server"


def test_what_is_less_severe_than_the_level_is_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("warning", "console")
    structlog.get_logger().info("call")
    assert capsys.readouterr().err == ""
