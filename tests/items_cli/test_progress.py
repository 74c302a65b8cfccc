"""The progress of long commands: a bar on a terminal, and lines anywhere."""

from itertools import count
from pathlib import Path

import pytest

from items_cli.importing.import_progress import ImportProgress
from items_cli.output.progress import Progress
from items_cli.upkeep.copy_progress import EVERY_SECONDS, CopyProgress

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def _terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")


def test_without_a_terminal_only_lines_are_printed(capsys: Captured) -> None:
    with Progress("copying", 10, "0 changes") as progress:
        progress.update(5, "5 changes")
        progress.say("half of it [bold]")
    assert capsys.readouterr() == ("", "half of it [bold]\n")


@pytest.mark.usefixtures("_terminal")
def test_a_terminal_shows_the_name_and_how_much_is_done(capsys: Captured) -> None:
    with Progress("a\x1bb", 10, "0 changes") as progress:
        progress.update(5, "5 changes")
        progress.say("half of it [bold]")
    out, err = capsys.readouterr()
    assert out == ""
    assert "half of it [bold]" in err
    assert "a\\x1bb" in err
    assert "5 changes" in err


def test_a_copy_without_a_terminal_says_a_line_now_and_then(capsys: Captured) -> None:
    clock = count(0.0, EVERY_SECONDS / 2)
    with CopyProgress(9000, lambda: next(clock)) as progress:
        for _ in range(3):
            progress.copied(1000)
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "2,000 changes copied, of 9,000 at the beginning"
    assert progress.count == 3000


@pytest.mark.usefixtures("_terminal")
def test_a_copy_that_follows_has_no_end(capsys: Captured) -> None:
    with CopyProgress(9000) as progress:
        progress.copied(1000)
        progress.become_endless("following")
    assert "following" in capsys.readouterr().err


def test_a_refused_line_is_named_as_compilers_do(capsys: Captured, tmp_path: Path) -> None:
    file = tmp_path / "items.ndjson"
    file.touch()
    with file.open("rb") as stream, ImportProgress(stream, file.name) as progress:
        progress.refused(7, "name: is required")
    assert capsys.readouterr().err == "items.ndjson:7: name: is required\n"
