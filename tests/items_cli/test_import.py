import json
import signal
from pathlib import Path
from typing import Any

import pytest

from grpc_server.main import serving
from items.v1.items_fields import ITEM_WRITABLE
from items_client import ItemsClient
from tests.items_cli.program import finish, items, start
from tests.servers import server_settings


def ndjson(*lines: dict[str, Any] | str) -> bytes:
    """Lines of NDJSON; a text stands for itself."""
    written = (line if isinstance(line, str) else json.dumps(line) for line in lines)
    return "".join(f"{line}\n" for line in written).encode()


def catalogue(count: int) -> bytes:
    return ndjson(*({"id": f"i{n}", "name": f"Item {n}"} for n in range(count)))


async def test_a_file_is_imported_and_importing_it_again_changes_nothing(
    service: str, client: ItemsClient, folder: Path
) -> None:
    file = folder / "catalogue.ndjson"
    file.write_bytes(catalogue(25))
    first = await items("import", str(file), "--grpc", service, "--batch", "10")
    assert (first.code, first.err) == (0, "")
    assert "25 lines in" in first.out
    assert first.out.endswith(": 25 created\n")
    before = await client.get("i7")
    again = await items("import", str(file), "--grpc", service)
    assert again.out.endswith(": 25 unchanged\n")
    assert await client.get("i7") == before


async def test_standard_input_is_imported_and_outcomes_are_told_apart(
    service: str, client: ItemsClient
) -> None:
    await client.create(id="same", name="Same")
    await client.create(id="other", name="Other")
    await client.create(id="gone", name="Gone")
    await client.delete("gone")
    lines = ndjson(
        {"id": "same", "name": "Same"},
        {"id": "other", "name": "Changed"},
        {"id": "gone", "name": "Gone"},
        {"id": "new", "name": "New"},
    )
    outcome = await items("import", "-", "--grpc", service, stdin=lines)
    assert outcome.code == 0
    assert outcome.out.endswith(": 1 created, 1 updated, 1 brought back, 1 unchanged\n")


async def test_each_refused_line_is_named_in_order_and_disturbs_no_other(
    service: str, client: ItemsClient
) -> None:
    lines = ndjson(
        {"id": "a", "name": "A"},
        {"id": "UPPER", "name": "refused by the limits of the contract"},
        "nonsense",
        "",
        {"id": "b", "name": "B", "attributes": {"text": "x" * 70_000}},
        {"id": "c"},
        {"id": "d", "name": "D", "titel": "x"},
        {"id": "e", "name": "E"},
    )
    outcome = await items("import", "-", "--grpc", service, stdin=lines)
    assert outcome.code == 1
    assert outcome.out.endswith(": 2 created, 5 refused\n")
    places = [line.partition(": ")[0] for line in outcome.err.splitlines()]
    assert places == [f"<stdin>:{number}" for number in (2, 3, 5, 6, 7)]
    assert "<stdin>:2: id: must be 1 to 128 lower-case letters, digits" in outcome.err
    assert "<stdin>:5: attributes: must be at most 65536 bytes" in outcome.err
    assert "<stdin>:6: name: is required" in outcome.err
    assert (await client.get("e")).name == "E"


async def test_more_refused_lines_than_one_answer_names_are_all_named(service: str) -> None:
    bad = [{"id": f"BAD-{number}", "name": "x"} for number in range(70)]
    lines = ndjson(*bad, {"id": "good", "name": "Good"})
    outcome = await items("import", "-", "--grpc", service, stdin=lines)
    assert outcome.out.endswith(": 1 created, 70 refused\n")
    assert len(outcome.err.splitlines()) == 70


async def test_the_last_of_two_lines_with_one_id_wins(service: str, client: ItemsClient) -> None:
    lines = ndjson({"id": "a", "name": "First"}, {"id": "a", "name": "Second"})
    outcome = await items("import", "-", "--grpc", service, stdin=lines)
    assert outcome.out.endswith(": 1 created, 1 updated\n")
    assert (await client.get("a")).name == "Second"


async def test_what_is_listed_as_json_can_be_imported_elsewhere(
    service: str, client: ItemsClient, folder: Path
) -> None:
    made = await client.create(
        id="a", name="A\n\u2028", description="d", labels={"k": "v"}, attributes={"n": [1.5, None]}
    )
    listed = await items("list", "--json", "--grpc", service)
    other_folder = folder / "other"
    other_folder.mkdir()
    async with serving(server_settings(other_folder)) as other, ItemsClient(other) as copies:
        outcome = await items("import", "-", "--grpc", other, stdin=listed.out.encode())
        assert outcome.code == 0
        copy = await copies.get("a")
    for field in ITEM_WRITABLE:
        assert getattr(copy, field) == getattr(made, field)


async def test_an_interrupted_import_says_how_far_it_came(
    service: str, client: ItemsClient
) -> None:
    process = await start("import", "-", "--grpc", service, "--batch", "2")
    assert process.stdin is not None
    process.stdin.write(catalogue(5))
    assert (await client.get("i3", min_revision=4)).name == "Item 3"
    process.send_signal(signal.SIGINT)
    await process.wait()
    outcome = await finish(process)
    assert outcome.code == 130
    assert outcome.out.endswith(": 4 created\n")
    assert "Interrupted." in outcome.err


async def test_an_import_goes_on_when_the_service_was_restarted(folder: Path) -> None:
    settings = server_settings(folder)
    async with serving(settings), ItemsClient(settings.grpc) as client:
        process = await start("import", "-", "--grpc", settings.grpc, "--batch", "2")
        assert process.stdin is not None
        process.stdin.write(catalogue(3))
        await client.get("i1", min_revision=2)
    async with serving(settings):
        outcome = await finish(process, catalogue(10))
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.endswith(": 10 created, 3 unchanged\n")


async def test_a_file_that_is_missing_is_a_problem_of_usage(service: str, folder: Path) -> None:
    outcome = await items("import", f"{folder}/missing", "--grpc", service)
    assert outcome.code == 2
    assert f"cannot read {folder}/missing: No such file or directory" in outcome.err


@pytest.mark.parametrize(
    ("written", "command"),
    [
        (b'[{"id": "a", "name": "A"}]\n', "jq -c '.[]'"),
        (b'\xef\xbb\xbf\n  [\n  {"id": "a"}\n]\n', "jq -c '.[]'"),
        (b'{\n  "id": "a",\n  "name": "A"\n}\n', "jq -c ."),
    ],
)
async def test_json_that_is_not_one_item_a_line_is_refused_at_once_with_the_way_out(
    service: str, folder: Path, written: bytes, command: str
) -> None:
    file = folder / "all items.json"
    file.write_bytes(written)
    outcome = await items("import", str(file), "--grpc", service)
    assert (outcome.code, outcome.out) == (2, "")
    (line,) = outcome.err.splitlines()
    assert line.startswith(f"error: {file}:")
    assert line.endswith(f"{command} '{file}' | items import -")


async def test_a_service_that_is_missing_is_a_problem_of_usage(folder: Path) -> None:
    outcome = await items("import", "-", "--grpc", f"unix:{folder}/nobody")
    assert outcome.code == 2
    assert f"no item service answers at unix:{folder}/nobody" in outcome.err
    assert "items serve" in outcome.err


async def test_the_address_can_come_from_the_environment(service: str) -> None:
    outcome = await items("import", "-", stdin=catalogue(1), env={"ITEMS_GRPC": service})
    assert outcome.out.endswith(": 1 created\n")


@pytest.mark.parametrize("address", ["127.0.0.1", "127.0.0.1:99999"])
async def test_an_address_that_is_none_is_refused(address: str) -> None:
    outcome = await items("import", "-", "--grpc", address)
    assert outcome.code == 2
    assert "--grpc" in outcome.err
