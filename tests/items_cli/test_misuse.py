"""Command lines that are wrong: one line that says what, and where the help is."""

import pytest

from tests.items_cli.program import items


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("imprt",), "No such command 'imprt'. Did you mean 'import'? See: items --help"),
        (("get",), "Missing argument 'ID'. See: items get --help"),
        (("list", "--fliter", "x"), "No such option: --fliter"),
        (("list", "--limit", "0"), "for --limit: it must be greater than or equal to 1"),
        (("list", "--limit", "ten"), "wrong value for --limit: it must be a whole number"),
        (
            ("list", "--grpc", "here"),
            "wrong value for --grpc or ITEMS_UPSTREAM or ITEMS_GRPC: 'here' is not HOST:PORT",
        ),
        (("serve", "--workers", "0"), "wrong value for --workers or ITEMS_WORKERS: it must be"),
        (("serve", "--log-level", "loud"), "wrong value for --log-level or ITEMS_LOG_LEVEL"),
        (("restore",), "name a backup FILE, or --mark-only"),
        (("relay",), "no sink is named: --events URL, or ITEMS_EVENTS"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said_in_one_line(arguments: tuple[str, ...], said: str) -> None:
    outcome = await items(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    assert line.startswith("error: ")
    assert said in line
