"""The ten methods over HTTP: statuses, headers and bodies."""

import httpx


async def create(rest: httpx.AsyncClient, **item: object) -> httpx.Response:
    return await rest.post("/v1/items", json={"id": "vim", "name": "Vim", **item})


async def test_creating_answers_201_with_the_item_its_place_and_its_tag(
    rest: httpx.AsyncClient,
) -> None:
    response = await create(rest, labels={"section": "editors"}, attributes={"n": 1})
    item = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == "/v1/items/vim"
    assert response.headers["etag"] == f'"{item["etag"]}"'
    assert item["labels"] == {"section": "editors"}
    assert item["attributes"] == {"n": 1}
    assert item["revision"] == "1"


async def test_the_location_of_a_new_item_leads_to_it(rest: httpx.AsyncClient) -> None:
    created = await rest.post("/v1/items", json={"name": "Vim"})
    found = await rest.get(created.headers["location"])
    assert found.json() == created.json()


async def test_a_number_as_id_is_read_as_text(rest: httpx.AsyncClient) -> None:
    assert (await create(rest, id=12)).json()["id"] == "12"


async def test_creating_a_taken_id_is_409(rest: httpx.AsyncClient) -> None:
    await create(rest)
    response = await create(rest)
    assert response.status_code == 409
    assert response.json()["reason"] == "ITEM_ALREADY_EXISTS"


async def test_validate_only_answers_200_and_creates_nothing(rest: httpx.AsyncClient) -> None:
    response = await rest.post("/v1/items?validateOnly=true", json={"id": "vim", "name": "Vim"})
    assert response.status_code == 200
    assert "location" not in response.headers
    assert (await rest.get("/v1/items/vim")).status_code == 404


async def test_getting_answers_with_a_tag_that_must_be_asked_about(
    rest: httpx.AsyncClient,
) -> None:
    created = await create(rest)
    response = await rest.get("/v1/items/vim")
    assert response.json() == created.json()
    assert response.headers["etag"] == created.headers["etag"]
    assert response.headers["cache-control"] == "no-cache"


async def test_an_earlier_revision_is_read_by_number(rest: httpx.AsyncClient) -> None:
    await create(rest)
    await rest.patch("/v1/items/vim", json={"name": "Vim 9"})
    response = await rest.get("/v1/items/vim?revision=1")
    assert response.json()["name"] == "Vim"
    assert response.headers["etag"] == '"1"'


async def test_an_item_that_is_not_there_is_404(rest: httpx.AsyncClient) -> None:
    response = await rest.get("/v1/items/nope")
    assert response.status_code == 404
    assert response.json()["reason"] == "ITEM_NOT_FOUND"


async def test_a_deleted_item_is_404_with_a_reason_of_its_own(rest: httpx.AsyncClient) -> None:
    await create(rest)
    deleted = await rest.delete("/v1/items/vim")
    hidden = await rest.get("/v1/items/vim")
    shown = await rest.get("/v1/items/vim?showDeleted=true")
    assert deleted.status_code == 200
    assert deleted.json()["deleteTime"]
    assert (hidden.status_code, hidden.json()["reason"]) == (404, "ITEM_DELETED")
    assert shown.json() == deleted.json()


async def test_undeleting_needs_no_body(rest: httpx.AsyncClient) -> None:
    await create(rest)
    await rest.delete("/v1/items/vim")
    response = await rest.post("/v1/items/vim:undelete")
    assert response.status_code == 200
    assert "deleteTime" not in response.json()


async def test_undeleting_a_live_item_is_409(rest: httpx.AsyncClient) -> None:
    await create(rest)
    response = await rest.post("/v1/items/vim:undelete", json={})
    assert (response.status_code, response.json()["reason"]) == (409, "ITEM_NOT_DELETED")


async def test_putting_creates_with_201_and_then_replaces_with_200(
    rest: httpx.AsyncClient,
) -> None:
    created = await rest.put("/v1/items/vim", json={"name": "Vim", "labels": {"a": "b"}})
    replaced = await rest.put("/v1/items/vim", json={"name": "Vim 9"})
    assert (created.status_code, created.headers["location"]) == (201, "/v1/items/vim")
    assert (replaced.status_code, "location" in replaced.headers) == (200, False)
    assert "labels" not in replaced.json()


async def test_putting_the_same_again_changes_nothing(rest: httpx.AsyncClient) -> None:
    first = await rest.put("/v1/items/vim", json={"name": "Vim"})
    second = await rest.put("/v1/items/vim", json={"name": "Vim"})
    assert second.status_code == 200
    assert second.headers["etag"] == first.headers["etag"]


async def test_listing_answers_a_page_and_where_the_next_begins(rest: httpx.AsyncClient) -> None:
    for item_id in ("a", "b", "c"):
        await create(rest, id=item_id)
    first = (await rest.get("/v1/items", params={"pageSize": 2})).json()
    token = first["nextPageToken"]
    second = (await rest.get("/v1/items", params={"pageSize": 2, "pageToken": token})).json()
    assert [item["id"] for item in first["items"]] == ["a", "b"]
    assert [item["id"] for item in second["items"]] == ["c"]
    assert "nextPageToken" not in second


async def test_a_filter_and_an_order_are_passed_on(rest: httpx.AsyncClient) -> None:
    for item_id in ("a", "b", "c"):
        await create(rest, id=item_id, labels={"odd": str(item_id != "b").lower()})
    found = await rest.get(
        "/v1/items", params={"filter": 'labels.odd="true"', "orderBy": "id desc"}
    )
    assert [item["id"] for item in found.json()["items"]] == ["c", "a"]


async def test_both_spellings_of_a_query_parameter_are_read(rest: httpx.AsyncClient) -> None:
    for item_id in ("a", "b"):
        await create(rest, id=item_id)
    found = await rest.get("/v1/items", params={"page_size": 1})
    assert len(found.json()["items"]) == 1


async def test_a_batch_get_answers_what_is_there_and_names_what_is_not(
    rest: httpx.AsyncClient,
) -> None:
    await create(rest)
    response = await rest.get("/v1/items:batchGet", params={"ids": ["emacs", "vim"]})
    assert [item["id"] for item in response.json()["items"]] == ["vim"]
    assert response.json()["missingIds"] == ["emacs"]


async def test_a_partial_batch_answers_each_write_with_its_own_result(
    rest: httpx.AsyncClient,
) -> None:
    writes = [{"create": {"item": {"id": "nano", "name": "nano"}}}, {"delete": {"id": "ed"}}]
    body = {"writes": writes, "allowPartial": True}
    response = await rest.post("/v1/items:batchWrite", json=body)
    created, refused = response.json()["results"]
    assert response.status_code == 200
    assert (created["item"]["id"], created["kind"]) == ("nano", "CHANGE_KIND_CREATED")
    assert refused["error"]["details"][0]["reason"] == "ITEM_NOT_FOUND"


async def test_a_batch_as_a_whole_is_refused_for_one_of_its_writes(
    rest: httpx.AsyncClient,
) -> None:
    writes = [{"create": {"item": {"id": "nano", "name": "nano"}}}, {"delete": {"id": "ed"}}]
    response = await rest.post("/v1/items:batchWrite", json={"writes": writes})
    assert response.status_code == 404
    assert (await rest.get("/v1/items/nano")).status_code == 404


async def test_the_history_of_an_item_is_listed_newest_first(rest: httpx.AsyncClient) -> None:
    await create(rest)
    await rest.patch("/v1/items/vim", json={"name": "Vim 9"}, headers={"items-actor": "alice"})
    revisions = (await rest.get("/v1/items/vim/revisions")).json()["revisions"]
    assert [found["kind"] for found in revisions] == ["CHANGE_KIND_UPDATED", "CHANGE_KIND_CREATED"]
    assert revisions[0]["actor"] == "alice"
