"""Through the Python client."""

from typing import Any

from items_client import writes


async def test_the_client_takes_it_as_a_keyword(client: Any) -> None:
    created = await client.create(id="vim", name="Vim", brand="Acme", weight=1.5)
    assert (created.brand, created.weight) == ("Acme", 1.5)
    updated = await client.update("vim", brand=None, weight=2)
    assert (updated.HasField("brand"), updated.weight) == (False, 2)
    replaced = await client.replace(updated, brand="Beta")
    assert (replaced.brand, replaced.weight) == ("Beta", 2)


async def test_a_batch_of_the_client_takes_it(client: Any) -> None:
    create: Any = writes.create
    answer = await client.batch_write([create(id="vim", name="Vim", brand="Acme")])
    assert answer.results[0].item.brand == "Acme"
