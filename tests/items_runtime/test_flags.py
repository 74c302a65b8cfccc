"""The help of `python -m grpc_server` and the others."""

import re

import pytest
from pydantic_settings import BaseSettings

from items_runtime.configuration.flags import Flags
from tests.items_runtime.test_wrong_settings import KINDS

JUNK = re.compile(
    r"timedelta|tuple|\bstr\b|\bint\b|\bbool\b|\{|\}|None|default: (?:0:|True|False|\)|\])"
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__module__)
def test_the_help_of_a_process_is_made_for_people(
    kind: type[BaseSettings],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLUMNS", "500")  # nothing is wrapped within a word
    flags = Flags(kind, cli_prog_name="program")
    with pytest.raises(SystemExit) as end:
        flags(args=["--help"])
    shown = capsys.readouterr().out
    assert end.value.code == 0
    assert JUNK.findall(shown) == []
    text = " ".join(shown.split())
    for name, field in kind.model_fields.items():
        assert f"--{name.replace('_', '-')} " in text
        assert f"{field.description} [ITEMS_{name.upper()}" in text
