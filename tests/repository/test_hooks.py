"""The pre-commit hooks run the checks of `make`."""

import re

import yaml

from tests.docs.pages import page

CHECKS = ("lint", "types", "generated")


def recipe(target: str) -> list[str]:
    """The commands of a target of the Makefile, with the path of their program."""
    found = re.search(rf"^{target}:.*\n((?:\t.*\n)+)", page("Makefile"), re.MULTILINE)
    assert found, target
    return [line.strip().replace("$(BIN)", ".venv/bin") for line in found[1].splitlines()]


def test_each_check_of_make_is_a_hook() -> None:
    (local,) = yaml.safe_load(page(".pre-commit-config.yaml"))["repos"]
    entries = [hook["entry"].removesuffix(" --force-exclude") for hook in local["hooks"]]
    assert [line for target in CHECKS for line in recipe(target) if line not in entries] == []
