import json
from collections.abc import Iterator

import pytest
import structlog

from hosting.logs import configure_logging


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


def test_what_is_less_severe_than_the_level_is_not_logged(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("warning", "console")
    structlog.get_logger().info("call")
    assert capsys.readouterr().err == ""
