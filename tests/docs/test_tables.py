"""What tables of the operators' and the events' pages list is what there is."""

import re

from grpc_server.reads.replica import State
from items.v1 import sinks_pb2
from items_cli.upkeep import copy, doctor, verify
from items_cli.upkeep.store_errors import UNUSABLE
from items_events.brokers.broker_url import PUBLISHERS, SOURCES, Scheme
from items_runtime.program import INTERRUPTED
from store_tools.doctor import examination
from tests.docs.pages import ROOT, page, rows

OPERATIONS, EVENTS = "docs/operations.md", "docs/events.md"
LOG_LINES = ("sink lost", "not ready", "cannot serve", "metrics", "fault")


def tables(name: str, heading: str) -> list[list[str]]:
    """The rows of all tables of a section, with their heads."""
    section = page(name).split(f"{heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_the_doctor_examines_what_the_page_says() -> None:
    listed = [
        name
        for about, _ in rows(page(OPERATIONS), "Doctor")
        for name in about.split(", ")
        if re.fullmatch(r"[a-z ]+", name)
    ]
    parts = [part.about for part in examination._PARTS]
    assert [name for name in listed if name != "about"] == parts


def test_the_states_of_a_standby_are_listed() -> None:
    listed = {cells[0].strip("`") for cells in tables(OPERATIONS, "## Read replicas")}
    assert {state.value for state in State} - {State.STARTING, State.READ} <= listed


def test_the_states_of_a_sink_are_listed() -> None:
    listed = [row[0].strip("`") for row in rows(page(OPERATIONS), "Sinks")]
    states = [name.removeprefix("SINK_STATE_") for name in sinks_pb2.SinkState.keys()[1:]]
    assert listed == states


def test_exit_codes_are_those_of_the_commands() -> None:
    moving = "## Moving to another database"
    codes = [cells[0] for cells in tables(OPERATIONS, moving) if cells[0].isdigit()]
    of_copy = ["0", str(copy.UNFINISHED), str(UNUSABLE), str(INTERRUPTED)]
    of_verify = ["0", str(verify.DIFFERENT), str(UNUSABLE), str(verify.BEHIND)]
    assert codes == of_copy + of_verify
    examined = [cells[0] for cells in tables(OPERATIONS, "## Doctor") if cells[0].isdigit()]
    assert examined == ["0", str(doctor.UNSOUND), str(UNUSABLE)]


def test_lines_of_the_log_that_a_page_names_are_logged() -> None:
    source = "\n".join(
        path.read_text()
        for folder in ("grpc_server", "rest_facade", "items_runtime", "items_events")
        for path in (ROOT / folder).rglob("*.py")
    )
    for line in LOG_LINES:
        assert f"`{line}`" in page(OPERATIONS)
        assert f'"{line}' in source  # the line may say more


def options(scheme: Scheme) -> set[str]:
    """The options of a URL, each with its default, as the page writes them."""
    places = {
        f"`{name}={value}`" if value else f"`{name}`" for name, value in scheme.places.items()
    }
    return places | {f"`{name}`" for name in scheme.options}


def test_the_options_of_urls_are_listed() -> None:
    lines = [cells[1:] for cells in tables(EVENTS, "### The sinks") if cells[0] == "options"]
    lines += [
        cells[1:] for cells in tables(EVENTS, "## Writing: the ingest") if cells[0] == "options"
    ]
    sinks = [options(PUBLISHERS[name]) for name in ("amqp", "redis", "nats")]
    sources = [options(SOURCES[name]) for name in ("amqp", "redis")]
    for listed, known in zip(lines, (sinks, sources), strict=True):
        assert [set(cell.split(", ")) for cell in listed] == known


def test_the_attributes_of_an_event_are_listed() -> None:
    listed = {cells[0].strip("`") for cells in tables(EVENTS, "### The message")}
    source = (ROOT / "items_events/cloud_events.py").read_text()
    attributes = set(re.findall(r'^ {12}"(\w+)": ', source, re.MULTILINE))
    assert attributes - {"specversion", "datacontenttype"} <= listed
