from pathlib import Path

from items.v1 import items_pb2 as pb
from tests.servers import item_service


async def test_the_sweeper_removes_what_has_expired_and_keeps_its_history(folder: Path) -> None:
    async with item_service(folder, deleted_retention=0.001) as items:
        await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim")))
        await items.DeleteItem(pb.DeleteItemRequest(id="vim"))
    async with item_service(folder) as items:  # it sweeps when it starts
        await items.GetItem(
            pb.GetItemRequest(id="vim", revision=2, show_deleted=True, min_revision=3)
        )
        found = await items.ListItems(pb.ListItemsRequest(show_deleted=True))
        history = await items.ListItemRevisions(pb.ListItemRevisionsRequest(id="vim"))
        again = await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim")))
    assert not found.items
    assert [version.kind for version in history.revisions] == [
        pb.CHANGE_KIND_EXPIRED,
        pb.CHANGE_KIND_DELETED,
        pb.CHANGE_KIND_CREATED,
    ]
    assert again.revision == 4


async def test_the_sweeper_leaves_what_can_be_undeleted(folder: Path) -> None:
    async with item_service(folder) as items:
        await items.CreateItem(pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim")))
        await items.DeleteItem(pb.DeleteItemRequest(id="vim"))
    async with item_service(folder) as items:
        item = await items.UndeleteItem(pb.UndeleteItemRequest(id="vim"))
    assert not item.HasField("delete_time")
