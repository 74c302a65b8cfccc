"""Whatever a page names is there: commands and flags, settings, files, tests, reasons, metrics."""

import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.api import field_behavior_pb2
from grpc import StatusCode
from typer.main import get_command

from items.v1 import errors_pb2, items_pb2, sinks_pb2
from items_cli.main import create_app
from tests.docs.pages import ROOT, page, rows
from tests.docs.test_pages import SETTINGS

PAGES = sorted(
    str(path.relative_to(ROOT))
    for place in (".", "docs", "docs/adr", "deploy", "examples", "tests")
    for path in (ROOT / place).glob("*.md")
    if path.name != "CHANGELOG.md"
)
FENCE = re.compile(r"^```.*?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
TOP = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith(".")}
OTHERS = {
    *("NOT_SERVING", "REFUSED_STREAM", "RST_STREAM", "SO_REUSEPORT"),  # of gRPC, HTTP/2, Linux
    *("CRASH_SEED", "TESTS_AT_A_TIME"),  # of the tests and the Makefile
}

FOREIGN = {"ITEMS_SERVICE_HOST"}
"""Variables that Kubernetes sets for a service named `items`; they are not settings."""

LOCAL = {".venv", "data", "dist", "build"}
"""Folders that are made on the way."""

each_page = pytest.mark.parametrize("name", PAGES)


def code(name: str) -> Iterator[str]:
    """Each line of a block and each span of the page *name*."""
    text = page(name)
    for block in FENCE.findall(text):
        yield from block.replace("\\\n", " ").splitlines()
    yield from SPAN.findall(FENCE.sub("", text))


def commands(name: str) -> Iterator[list[str]]:
    """The words of each `items` command on the page, without what the shell does with it."""
    for line in code(name):
        if line.startswith("items ") and "..." not in line:
            yield shlex.split(line.split("|")[0].split(" #")[0])[1:]


@each_page
def test_every_command_and_flag_of_items_is_one(name: str) -> None:
    for words in commands(name):
        command: Any = get_command(create_app())
        rest = list(words)
        while hasattr(command, "commands") and rest:
            assert rest[0] in command.commands, f"items {' '.join(words)}"
            command = command.commands[rest.pop(0)]
        flags = {flag for each in command.params for flag in (*each.opts, *each.secondary_opts)}
        used = {word.split("=")[0] for word in rest if word.startswith("--")}
        assert used <= flags | {"--help"}, f"items {' '.join(words)}"


@each_page
def test_every_module_that_is_run_is_one(name: str) -> None:
    for line in code(name):
        for module in re.findall(r"python -m ([a-z_.]+)", line):
            assert importlib.util.find_spec(module), line


@each_page
def test_every_make_target_is_one(name: str) -> None:
    targets = set(re.findall(r"^([a-z]+):", page("Makefile"), re.MULTILINE))
    named = {target for line in code(name) for target in re.findall(r"^make ([a-z]+)", line)}
    assert named <= targets


def variables() -> set[str]:
    """Each ITEMS_ variable that a process, a command, a test or a Compose file reads."""
    settings = {f"ITEMS_{name.upper()}" for fields in SETTINGS.values() for name in fields}
    others = [*(ROOT / "items_cli").rglob("*.py"), *(ROOT / "tests").glob("*.py")]
    text = "\n".join(path.read_text() for path in (*others, ROOT / "deploy/compose.yaml"))
    return settings | set(re.findall(r'["{](ITEMS_[A-Z_]+)\b', text))


@each_page
def test_every_setting_is_one(name: str) -> None:
    assert set(re.findall(r"\bITEMS_[A-Z_]+[A-Z]\b", page(name))) <= variables() | FOREIGN


@each_page
def test_every_file_is_there(name: str) -> None:
    base = (ROOT, (ROOT / name).parent, *(ROOT / top for top in TOP))
    for span in SPAN.findall(FENCE.sub("", page(name))):
        path = span.removeprefix("./").split(" ")[0].split("::")[0]
        if not re.fullmatch(r"[\w./*-]+", path) or path.split("/")[0] not in TOP - LOCAL:
            continue
        assert any(list(folder.glob(path.rstrip("/"))) for folder in base), span


def test_the_readme_lists_every_folder() -> None:
    listed = {name for row in rows(page("README.md"), "The tree") for name in SPAN.findall(row[0])}
    assert listed == {f"{name}/" for name in TOP - LOCAL}


MODULE = re.compile(r"(?!items\.db)[\w./-]+\.(py|md|yaml|yml|proto|lock|lark|json)")


@each_page
def test_every_module_that_is_named_without_its_folder_is_there(name: str) -> None:
    files = [path.as_posix() for top in TOP - LOCAL for path in (ROOT / top).rglob("*.*")]
    for span in SPAN.findall(FENCE.sub("", page(name))):
        if MODULE.fullmatch(span) and not span.startswith("/"):
            assert any(path.endswith(f"/{span}") for path in files), span


@each_page
def test_every_contract_of_imports_that_is_quoted_is_one(name: str) -> None:
    contracts = re.findall(r'^name = "(.*)"$', page("pyproject.toml"), re.MULTILINE)
    for quoted in re.findall(r'import contract[^(]*\("([^"]+)"\)', page(name)):
        assert quoted in contracts


@each_page
def test_every_test_is_there(name: str) -> None:
    text = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    for function in re.findall(r"`(test_\w+)`", page(name)):
        assert f"def {function}(" in text


def capitals() -> set[str]:
    """Each name in capitals that the contract, gRPC or the database defines."""
    enums = {
        value.name
        for file in (errors_pb2, items_pb2, sinks_pb2)
        for enum in file.DESCRIPTOR.enum_types_by_name.values()
        for value in enum.values
    }
    short = {re.sub(r"^(ERROR_REASON|CHANGE_KIND|VIEW_CHANGE|SINK_STATE)_", "", n) for n in enums}
    behaviors = set(field_behavior_pb2.FieldBehavior.keys())
    return enums | short | behaviors | {code.name for code in StatusCode} | OTHERS


@each_page
def test_every_reason_and_code_is_one(name: str) -> None:
    text = re.sub(r"\bITEMS_[A-Z_]+|\b[A-Z]+(?:_[A-Z]+)*=", "", page(name))
    named = set(re.findall(r"(?<![\w/$])([A-Z]{3,}(?:_[A-Z]+)+)(?!\w)", text))
    assert named <= capitals()


@each_page
def test_every_metric_is_one(name: str) -> None:
    listed = {row[0].strip("`") for row in rows(page("docs/operations.md"), "What is measured")}
    for span in SPAN.findall(page(name)):
        if re.fullmatch(r"(items|grpc_server|grpc_client|http)_[a-z_]+_[a-z]+", span):
            packages = {path.name for path in ROOT.iterdir()}
            assert span in listed or span in packages, span


def anchors(target: Path) -> set[str]:
    """The anchors of the headings of a page, as GitHub makes them."""
    headings = re.findall(r"^#+ (.*)$", FENCE.sub("", target.read_text()), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@each_page
def test_every_link_to_a_heading_leads_to_one(name: str) -> None:
    here = ROOT / name
    for path, anchor in re.findall(r"\]\((?!https?:)([^)#]*)#([^)]+)\)", page(name)):
        target = here.parent / path if path else here
        assert anchor in anchors(target), f"{path}#{anchor}"
