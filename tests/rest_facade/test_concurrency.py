"""Concurrent calls share RPCs, and nobody can tell."""

import asyncio
from pathlib import Path

import httpx

from tests.servers import item_service, rest_client


async def test_concurrent_gets_each_have_their_own_item_or_refusal(
    rest: httpx.AsyncClient,
) -> None:
    for number in range(10):
        await rest.put(f"/v1/items/i{number}", json={"name": str(number)})
    await rest.delete("/v1/items/i3")
    ids = [f"i{number % 12}" for number in range(60)]
    found = await asyncio.gather(*(rest.get(f"/v1/items/{item_id}") for item_id in ids))
    for item_id, response in zip(ids, found, strict=True):
        if item_id in {"i3", "i10", "i11"}:
            assert response.status_code == 404
            reason = "ITEM_DELETED" if item_id == "i3" else "ITEM_NOT_FOUND"
            assert response.json()["reason"] == reason
        else:
            assert response.json()["id"] == item_id


async def test_concurrent_writes_each_have_their_own_result(rest: httpx.AsyncClient) -> None:
    bodies = [
        {
            "id": f"i{number}",
            "name": str(number),
            "attributes": {"x": "y" * (70_000 * (number == 7))},
        }
        for number in (*range(20), 5)
    ]
    written = await asyncio.gather(*(rest.post("/v1/items", json=body) for body in bodies))
    statuses = [response.status_code for response in written]
    assert sorted(statuses) == [201] * 19 + [400, 409]
    assert statuses[7] == 400
    assert written[7].json()["violations"][0]["pointer"] == "/attributes"
    revisions = {response.json()["revision"] for response in written if response.is_success}
    assert len(revisions) == 19


async def test_of_concurrent_writers_with_one_tag_exactly_one_wins(
    rest: httpx.AsyncClient,
) -> None:
    created = await rest.post("/v1/items", json={"id": "vim", "name": "Vim"})
    headers = {"if-match": created.headers["etag"]}
    written = await asyncio.gather(
        *(
            rest.patch("/v1/items/vim", json={"name": f"Vim {number}"}, headers=headers)
            for number in range(20)
        )
    )
    assert sorted(response.status_code for response in written) == [200] + [412] * 19


async def test_a_read_sees_every_write_that_was_answered_before_it(
    rest: httpx.AsyncClient,
) -> None:
    async def write_and_read(item_id: str) -> None:
        for number in range(5):
            written = await rest.put(f"/v1/items/{item_id}", json={"name": f"n{number}"})
            read = await rest.get(f"/v1/items/{item_id}")
            assert read.headers["etag"] == written.headers["etag"]

    await asyncio.gather(*(write_and_read(f"i{number}") for number in range(12)))


async def test_writes_of_different_actors_are_recorded_under_their_names(
    rest: httpx.AsyncClient,
) -> None:
    actors = ["alice", "bob"] * 10
    written = await asyncio.gather(
        *(
            rest.put(f"/v1/items/i{number}", json={"name": "x"}, headers={"items-actor": actor})
            for number, actor in enumerate(actors)
        )
    )
    assert {response.status_code for response in written} == {201}
    for number, actor in enumerate(actors):
        revisions = (await rest.get(f"/v1/items/i{number}/revisions")).json()["revisions"]
        assert revisions[0]["actor"] == actor


async def test_without_the_server_calls_are_503_at_once_and_it_is_found_when_it_is_back(
    folder: Path,
) -> None:
    async with rest_client(folder, f"unix:{folder}/grpc.sock") as rest:
        down = await rest.get("/v1/items/vim")
        written = await rest.post("/v1/items", json={"name": "Vim"})
        ready = await rest.get("/readyz")
        async with item_service(folder):
            while (await rest.get("/readyz")).status_code != 200:
                pass
            up = await rest.get("/v1/items")
    assert [down.status_code, written.status_code, ready.status_code] == [503, 503, 503]
    assert down.json()["reason"] == "UPSTREAM_UNAVAILABLE"
    assert down.headers["retry-after"] == "1"
    assert "grpc.sock" not in down.text
    assert up.status_code == 200


async def test_the_facade_lives_also_without_the_server(folder: Path) -> None:
    async with rest_client(folder, f"unix:{folder}/grpc.sock") as rest:
        response = await rest.get("/healthz")
    assert response.json() == {"status": "SERVING"}


async def test_more_calls_than_may_wait_are_429(folder: Path) -> None:
    async with (
        item_service(folder),
        rest_client(folder, f"unix:{folder}/grpc.sock", rest_max_waiting=1) as rest,
    ):
        responses = await asyncio.gather(
            *(rest.post("/v1/items", json={"name": "Vim"}) for _ in range(20))
        )
    refused = [response for response in responses if response.status_code == 429]
    assert refused
    assert all(response.headers["retry-after"] == "1" for response in refused)
    assert {response.status_code for response in responses} == {201, 429}
