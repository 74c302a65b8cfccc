import json

import pytest

from items_client import ItemsClient, writes
from tests.items_cli.program import items


@pytest.fixture
async def vim(client: ItemsClient) -> None:
    await client.create(id="vim", name="Vim", labels={"section": "editors"}, attributes={"size": 3})


@pytest.fixture
async def many(client: ItemsClient) -> None:
    await client.batch_write([writes.create(id=f"i{n:02}", name=f"Item {n}") for n in range(60)])


@pytest.mark.usefixtures("vim")
async def test_an_item_is_shown_field_by_field(service: str) -> None:
    outcome = await items("get", "vim", "--grpc", service)
    assert outcome.code == 0
    shown = dict(line.split(maxsplit=1) for line in outcome.out.splitlines())
    assert (shown["name"], shown["labels.section"], shown["attributes.size"]) == (
        "Vim",
        "editors",
        "3",
    )


@pytest.mark.usefixtures("vim")
async def test_an_item_is_printed_as_one_line_of_json(service: str) -> None:
    outcome = await items("get", "vim", "--json", "--grpc", service)
    assert outcome.out.count("\n") == 1
    assert json.loads(outcome.out)["attributes"] == {"size": 3}


@pytest.mark.usefixtures("vim")
async def test_an_item_is_shown_as_it_was(service: str, client: ItemsClient) -> None:
    await client.update("vim", name="Vim 9")
    await client.delete("vim")
    past = await items("get", "vim", "--revision", "1", "--json", "--grpc", service)
    assert json.loads(past.out)["name"] == "Vim"
    deleted = await items("get", "vim", "--show-deleted", "--json", "--grpc", service)
    assert "deleteTime" in json.loads(deleted.out)


async def test_an_item_that_is_missing_is_an_error(service: str) -> None:
    outcome = await items("get", "vim", "--grpc", service)
    assert outcome.code == 1
    assert outcome.err == "error: there is no item `vim` (ITEM_NOT_FOUND)\n"


@pytest.mark.usefixtures("vim", "many")
async def test_a_table_shows_what_matches(service: str) -> None:
    outcome = await items("list", "--filter", 'labels.section = "editors"', "--grpc", service)
    heading, line = (row.split() for row in outcome.out.splitlines())
    assert heading == ["ID", "NAME", "REVISION", "LABELS"]
    assert line == ["vim", "Vim", "1", "section=editors"]
    assert outcome.err == ""


@pytest.mark.usefixtures("many")
async def test_a_table_ends_after_fifty_items_and_says_so(service: str) -> None:
    outcome = await items("list", "--grpc", service)
    assert len(outcome.out.splitlines()) == 51
    assert "More items match" in outcome.err


@pytest.mark.usefixtures("many")
async def test_as_json_everything_is_listed(service: str) -> None:
    outcome = await items("list", "--json", "--grpc", service)
    assert len(outcome.out.splitlines()) == 60


@pytest.mark.usefixtures("many")
async def test_a_list_is_sorted_and_limited(service: str) -> None:
    outcome = await items(
        "list", "--json", "--order-by", "id desc", "--limit", "2", "--grpc", service
    )
    assert [json.loads(line)["id"] for line in outcome.out.splitlines()] == ["i59", "i58"]


@pytest.mark.usefixtures("vim")
async def test_a_word_that_is_nearly_an_operator_is_named_when_nothing_matches(
    service: str,
) -> None:
    where = 'labels.section = "editors" AN name = "Vim"'
    outcome = await items("list", "--json", "--filter", where, "--grpc", service)
    assert (outcome.code, outcome.out) == (0, "")
    first, second = outcome.err.splitlines()
    assert first == "No items match."
    assert second.startswith("The filter searches for the word AN in names")
    assert "did you mean AND?" in second
    quoted = await items("list", "--json", "--filter", 'name = "x" "AN"', "--grpc", service)
    assert (quoted.code, quoted.err) == (0, "")


async def test_a_filter_that_is_refused_is_explained(service: str) -> None:
    outcome = await items("list", "--filter", "nme = 1", "--grpc", service)
    assert outcome.code == 1
    assert "INVALID_FILTER" in outcome.err
    assert "Traceback" not in outcome.err
