"""Through the `items` command."""

import json
from typing import Any

import pytest

from tests.items_cli.program import Outcome
from tests.items_cli.program import items as run_items
from tests.promises.ways.item import VIM, added, pb


async def run(address: str, *arguments: str, stdin: str = "") -> Outcome:
    outcome = await run_items(*arguments, "--grpc", address, stdin=stdin.encode())
    assert outcome.code == 0, outcome
    return outcome


async def test_it_is_imported_as_it_was_listed(address: str, client: Any) -> None:
    await client.create(**VIM, stock={"a": 2}, size=pb.Size(width=1), origin="Delft")
    before = await client.get("vim")
    line = (await run(address, "list", "--json")).out
    assert added(json.loads(line)) == {"brand": "Acme", "weight": 1.5}
    again = await run(address, "import", "-", stdin=line)
    assert "1 unchanged" in again.out
    changed = json.dumps(json.loads(line) | {"brand": "Beta", "weight": 3})
    await run(address, "import", "-", stdin=changed)
    after = await client.get("vim")
    assert (after.brand, after.weight, after.stock) == ("Beta", 3, before.stock)


@pytest.mark.usefixtures("vim")
async def test_get_prints_it(address: str, client: Any) -> None:
    await client.update("vim", nicknames=["vi"], size=pb.Size(width=1), stock={"a": 2})
    rows = [line.split() for line in (await run(address, "get", "vim")).out.splitlines()]
    for row in (
        ["brand", "Acme"],
        ["weight", "1.5"],
        ["nicknames", '["vi"]'],
        ["size.width", "1"],
        ["stock.a", "2"],
    ):
        assert row in rows


@pytest.mark.usefixtures("vim")
async def test_watch_prints_that_it_changed(address: str, client: Any) -> None:
    await client.update("vim", brand="Beta")
    await client.update("vim", weight=0, stock={"a": 1})
    await client.update("vim", weight=None, size=pb.Size(width=1))
    outcome = await run(address, "watch", "--from", "0", "--previous", "--limit", "4")
    assert [line.partition("  (")[2] for line in outcome.out.splitlines()] == [
        "",
        "changed: brand)",
        "changed: weight stock.a)",
        "changed: weight size)",
    ]
    told = await run(address, "watch", "--from", "0", "--json", "--limit", "1")
    assert added(json.loads(told.out)["changes"][0]["item"]) == {"brand": "Acme", "weight": 1.5}
