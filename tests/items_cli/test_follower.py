import pytest

from items_cli.follower import Reporter
from tests.items_client.streams import after, bookmark, commit, told


def test_a_broken_guarantee_is_reported_and_counted(capsys: pytest.CaptureFixture[str]) -> None:
    reporter = Reporter(verifies=True)
    reporter.asked(after(3))
    reporter.received(bookmark(3))
    reporter.received(told(commit(5)))
    assert reporter.complaints == 1
    assert capsys.readouterr().err == "not reliable: after revision 3, 4 was not told\n"
