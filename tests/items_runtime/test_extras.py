"""How an extra is installed, wherever it is said."""

import re
import tomllib

from items_runtime.configuration.extras import DISTRIBUTION, MissingExtra, install
from tests.docs.pages import ROOT

FOLDERS = (
    "docs",
    "deploy",
    "examples",
    "grpc_server",
    "store_tools",
    "items_runtime",
    "items_cli",
    "items_events",
)
UNQUOTED = re.compile(r"pip install [^'\"\n]*[\w-]\[")


def test_the_distribution_is_ours_and_has_the_extras_that_are_asked_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["name"] == DISTRIBUTION
    assert {"native", "postgres", "events"} <= project["optional-dependencies"].keys()


def test_a_missing_extra_comes_with_the_command_for_any_shell() -> None:
    assert install("native") == "pip install 'item-service[native]'"
    said = str(MissingExtra("the native engine", "native"))
    assert said == "the native engine is not installed; run: pip install 'item-service[native]'"


def test_no_page_and_no_message_leaves_the_quotes_out() -> None:
    paths = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    texts = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *paths]
    wrong = [
        str(path.relative_to(ROOT))
        for path in texts
        if path.suffix in {".md", ".py", ".service", ".yaml"} and UNQUOTED.search(path.read_text())
    ]
    assert wrong == []
