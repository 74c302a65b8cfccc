"""Where a watch begins."""

from items.v1 import items_pb2 as pb
from items.v1.items_pb2_grpc import ItemServiceStub
from tests.grpc_server.feed.recording import refused, watching
from tests.grpc_server.feed.writing import create, delete, replace_many
from tests.grpc_server.serving.details import refusal


async def test_by_default_a_watch_tells_what_comes(items: ItemServiceStub) -> None:
    await create(items, "before")
    async with watching(items) as watch:
        assert watch.messages[0].bookmark.revision == 1
        await watch.reach(await create(items, "after"))
    assert [change.item.id for change in watch.changes] == ["after"]


async def test_from_zero_it_tells_everything(items: ItemServiceStub) -> None:
    await create(items, "a", "b")
    await delete(items, "a")
    async with watching(items, from_revision=0) as watch:
        await watch.reach(2)
    assert [(change.kind, change.item.id) for change in watch.changes] == [
        (pb.CHANGE_KIND_CREATED, "a"),
        (pb.CHANGE_KIND_CREATED, "b"),
        (pb.CHANGE_KIND_DELETED, "a"),
    ]


async def test_from_a_revision_it_tells_what_came_after(items: ItemServiceStub) -> None:
    for name in ("a", "b", "c"):
        await create(items, name)
    async with watching(items, from_revision=1) as watch:
        assert watch.messages[0].bookmark.revision == 1
        await watch.reach(3)
    assert [commit.revision for commit in watch.commits] == [2, 3]


async def test_from_the_newest_revision_it_waits(items: ItemServiceStub) -> None:
    await create(items, "a")
    async with watching(items, from_revision=1) as watch:
        await watch.reach(await create(items, "b"))
    assert [commit.revision for commit in watch.commits] == [2]


async def test_a_change_tells_what_the_history_tells(items: ItemServiceStub) -> None:
    key = "6f7e9f6e-7a53-4f25-9a3c-0d6a0b6a3f10"
    item = pb.Item(id="vim", name="Vim", labels={"a": "1"}, description="an editor")
    request = pb.CreateItemRequest(item=item, request_id=key)
    made = await items.CreateItem(request, metadata=(("items-actor", "me"),))
    async with watching(items, from_revision=0) as watch:
        await watch.reach(1)
    (commit,) = watch.commits
    (version,) = (await items.ListItemRevisions(pb.ListItemRevisionsRequest(id="vim"))).revisions
    assert (commit.actor, commit.request_id) == ("me", key)
    assert commit.commit_time == version.commit_time
    assert commit.changes[0].item == version.item == made


async def test_a_snapshot_has_the_items_and_is_followed_from(items: ItemServiceStub) -> None:
    await create(items, "a", "b", "c")
    await delete(items, "b")
    async with watching(items, include_snapshot=True) as watch:
        assert [item.id for item in watch.items] == ["a", "c"]
        assert watch.messages[0].snapshot.complete
        await watch.reach(await create(items, "d"))
    assert [change.item.id for change in watch.changes] == ["d"]


async def test_a_snapshot_of_nothing_is_complete(items: ItemServiceStub) -> None:
    async with watching(items, include_snapshot=True) as watch:
        assert watch.messages[0].snapshot.complete
    assert watch.items == []


async def test_a_large_snapshot_comes_in_parts_of_one_revision(items: ItemServiceStub) -> None:
    for _ in range(2):
        await replace_many(items, "x", 1000)
    async with watching(items, include_snapshot=True) as watch:
        await create(items, "z")  # while the snapshot is told
        await watch.reach(1001)
    parts = [each.snapshot for each in watch.messages if each.HasField("snapshot")]
    assert len(parts) > 1
    assert {part.revision for part in parts} == {1000}
    assert len(watch.items) == 1000


async def test_a_snapshot_ignores_from_revision(items: ItemServiceStub) -> None:
    await create(items, "a")
    async with watching(items, include_snapshot=True, from_revision=99) as watch:
        assert watch.revision == 1


async def test_a_revision_from_the_future_is_refused(items: ItemServiceStub) -> None:
    error = refusal(await refused(items, from_revision=1))
    assert (error.code, error.reason) == ("OUT_OF_RANGE", "REVISION_IN_FUTURE")
    assert error.metadata == {"revision": "0"}


async def test_a_negative_revision_is_refused(items: ItemServiceStub) -> None:
    error = refusal(await refused(items, from_revision=-1))
    assert (error.code, set(error.violations)) == ("INVALID_ARGUMENT", {"from_revision"})


async def test_a_filter_that_cannot_be_read_is_refused(items: ItemServiceStub) -> None:
    error = refusal(await refused(items, filter="nme = 1"))
    assert (error.code, error.reason) == ("INVALID_ARGUMENT", "INVALID_FILTER")
    assert set(error.violations) == {"filter"}


async def test_a_cursor_of_another_store_is_refused(items: ItemServiceStub) -> None:
    async with watching(items) as watch:
        store_id = watch.messages[0].bookmark.store_id
    async with watching(items, from_revision=0, store_id=store_id):
        pass
    error = refusal(await refused(items, from_revision=0, store_id="another"))
    assert (error.code, error.reason) == ("FAILED_PRECONDITION", "STORE_MISMATCH")
