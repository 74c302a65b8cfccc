"""The pages tell the truth: what they list is what there is."""

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pydantic.fields import FieldInfo
from typer.main import get_command

import grpc_server.settings
import items_events.ingest.settings
import items_events.settings
import rest_facade.settings
from grpc_server.items.errors import CatalogError
from grpc_server.main import interceptors
from grpc_server.serving.status import describe, reason_name
from items_cli.main import create_app
from rest_facade.problems.reasons import all_reasons, http_statuses, meaning
from tests.docs.pages import ROOT, page, rows

SETTINGS = {
    "gRPC": grpc_server.settings.Settings.model_fields,
    "REST": rest_facade.settings.Settings.model_fields,
    "relay": items_events.settings.Settings.model_fields,
    "ingest": items_events.ingest.settings.Settings.model_fields,
}
GRPC_CODES = {3: "INVALID_ARGUMENT", 4: "DEADLINE_EXCEEDED", 5: "NOT_FOUND", 6: "ALREADY_EXISTS",
              8: "RESOURCE_EXHAUSTED", 9: "FAILED_PRECONDITION", 10: "ABORTED",
              11: "OUT_OF_RANGE", 14: "UNAVAILABLE"}  # fmt: skip


def all_errors(kind: type[CatalogError] = CatalogError) -> list[type[CatalogError]]:
    return [leaf for child in kind.__subclasses__() for leaf in (child, *all_errors(child))]


def default(field: FieldInfo) -> str:
    return f"`{value}`" if (value := _shown(field)) else "-"


def _shown(field: FieldInfo) -> str:
    value = field.default
    if value is None:
        return ""
    if hasattr(value, "total_seconds"):
        seconds = value.total_seconds()
        return f"P{int(seconds // 86400)}D" if seconds >= 86400 else f"{seconds:g}"
    return ",".join(value) if isinstance(value, tuple) else str(value)


def test_the_readme_lists_every_setting_with_its_default_and_its_meaning() -> None:
    expected: dict[str, list[str]] = {}
    for process, fields in SETTINGS.items():
        for name, field in fields.items():
            row = [f"`ITEMS_{name.upper()}`", default(field), process, field.description or ""]
            shared = expected.get(name)
            if shared:
                row = [*shared[:2], f"{shared[2]}, {process}", shared[3]]
            expected[name] = row
    assert rows(page("README.md"), "Settings") == list(expected.values())


def test_the_readme_names_the_variables_that_only_the_command_reads() -> None:
    named = re.findall(r"`(ITEMS_[A-Z_]+)` \(`(\w+)`\)", page("README.md"))
    settings = {f"ITEMS_{name.upper()}" for fields in SETTINGS.values() for name in fields}
    assert dict(named) == {
        variable: str(parameter.default)
        for command in _leaves(get_command(create_app()))
        for parameter in command.params
        for variable in _variables(parameter)
        if variable not in settings
    }


def _leaves(command: Any) -> Iterator[Any]:
    for each in getattr(command, "commands", {}).values():
        yield from _leaves(each)
    yield command


def _variables(parameter: Any) -> Sequence[str]:
    found = parameter.envvar or ()
    return (found,) if isinstance(found, str) else found


def test_docs_errors_lists_every_reason_as_the_page_of_the_facade_does() -> None:
    expected = [
        [f"`{name}`", reason.code.name, http_statuses(name, reason), meaning(name), reason.advice]
        for name, reason in all_reasons()
    ]
    shown = "\n".join(f"| {' | '.join(row)} |" for row in expected)
    assert rows(page("docs/errors.md"), "Reasons") == expected, shown


@pytest.mark.parametrize("kind", all_errors(), ids=lambda kind: kind.__name__)
def test_docs_errors_states_the_code_that_the_server_sends(kind: type[CatalogError]) -> None:
    codes = {row[0].strip("`"): row[1] for row in rows(page("docs/errors.md"), "Reasons")}
    assert codes[reason_name(kind.reason)] == GRPC_CODES[describe(kind("why")).code]


def test_the_readme_lists_every_command() -> None:
    listed = [row[0].strip("`") for row in rows(page("README.md"), "The `items` command")]
    commands = get_command(create_app()).commands  # type: ignore[attr-defined]  # it is a group
    assert sorted(listed) == sorted(f"items {name}" for name in commands)


def test_the_readme_names_the_commands_of_each_group() -> None:
    listed = {row[0].strip("`"): row[1] for row in rows(page("README.md"), "The `items` command")}
    commands = get_command(create_app()).commands  # type: ignore[attr-defined]  # it is a group
    for name, group in commands.items():
        if hasattr(group, "commands"):
            named = re.findall(r"`(\w+)`", listed[f"items {name}"].partition(":")[0])
            assert sorted(named) == sorted(group.commands)


def test_contributing_lists_every_make_target() -> None:
    targets = re.findall(r"^([a-z]+):.*## (.*)$", page("Makefile"), re.MULTILINE)
    listed = rows(page("CONTRIBUTING.md"), "Make")
    assert listed == [[f"`make {target}`", about] for target, about in targets]


def test_contributing_says_what_ci_runs() -> None:
    ran = re.findall(r"^make (\w+)$", page(".ci/run"), re.MULTILINE)
    assert f"CI runs {', then '.join(f'`make {target}`' for target in ran)}" in page(
        "CONTRIBUTING.md"
    )


def test_the_architecture_names_the_interceptors_in_their_order() -> None:
    source = inspect.getsource(interceptors).partition("outer=")[2].partition("unknown=")[0]
    names = re.findall(r"^ {12}(\w+)[,(]", source, re.MULTILINE)
    assert f"I->>I: {', '.join(names)}\n" in page("docs/architecture.md")


def test_each_decision_has_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs/adr").glob("*.md"))
    numbers = [int(path.name[:4]) for path in decisions]
    assert numbers == list(range(1, len(decisions) + 1))
    headings = [path.read_text(encoding="utf-8").split(".", 1)[0] for path in decisions]
    assert headings == [f"# {number}" for number in numbers]


@pytest.mark.parametrize(
    "name",
    sorted(
        str(path.relative_to(ROOT)) for path in ROOT.glob("**/*.md") if ".venv" not in path.parts
    ),
)
def test_links_between_the_pages_lead_somewhere(name: str) -> None:
    folder = (ROOT / name).parent
    links = re.findall(r"\]\((?!https?:)([^)#]+)(?:#[^)]*)?\)", page(name))
    assert [link for link in links if not (folder / link).exists()] == []


def test_references_to_decisions_name_the_number_that_they_link() -> None:
    links = [
        (path.relative_to(ROOT), *found)
        for path in sorted(ROOT.glob("**/*.md"))
        if ".venv" not in path.parts
        for found in re.findall(r"\[ADR (\d+)\]\([^)]*?(\d{4})-", path.read_text(encoding="utf-8"))
    ]
    assert links
    assert [link for link in links if int(link[1]) != int(link[2])] == []
