"""Over gRPC."""

from typing import Any

import grpc
import pytest
from grpc import aio

from tests.promises.ways.item import VIM, pb, update, violations


@pytest.mark.usefixtures("vim")
async def test_a_mask_names_it(items: Any) -> None:
    updated = await items.UpdateItem(update(["brand"], brand="Beta", weight=7))
    assert (updated.brand, updated.weight) == ("Beta", 1.5)


@pytest.mark.usefixtures("vim")
async def test_a_mask_without_a_value_removes_it(items: Any) -> None:
    updated = await items.UpdateItem(update(["brand"]))
    assert (updated.HasField("brand"), updated.weight) == (False, 1.5)


@pytest.mark.usefixtures("vim")
async def test_without_a_mask_what_is_set_is_written(items: Any) -> None:
    updated = await items.UpdateItem(update(None, weight=0))
    assert (updated.brand, updated.weight, updated.HasField("weight")) == ("Acme", 0, True)


@pytest.mark.usefixtures("vim")
async def test_a_star_stands_for_it_too(items: Any) -> None:
    updated = await items.UpdateItem(update(["*"], name="Vi", weight=2))
    assert (updated.HasField("brand"), updated.weight) == (False, 2)


@pytest.mark.usefixtures("vim")
@pytest.mark.parametrize("path", ["brand.x", "brnd", "weight.*", "nicknames.0", "size.depth"])
async def test_a_mask_that_names_nothing_is_refused(items: Any, path: str) -> None:
    with pytest.raises(aio.AioRpcError, match=path.replace("*", r"\*")) as refused:
        await items.UpdateItem(update([path]))
    assert refused.value.code() == grpc.StatusCode.INVALID_ARGUMENT


@pytest.mark.parametrize(("name", "value"), [("brand", "x" * 13), ("weight", -0.5)])
async def test_grpc_holds_it_to_its_limits(items: Any, name: str, value: Any) -> None:
    item = pb.Item(**VIM | {name: value})
    with pytest.raises(aio.AioRpcError) as refused:
        await items.CreateItem(pb.CreateItemRequest(item=item))
    assert list(violations(refused.value)) == [f"item.{name}"]


@pytest.mark.usefixtures("vim")
async def test_a_watch_tells_it(items: Any) -> None:
    watch = items.WatchItems(pb.WatchItemsRequest(from_revision=0, include_previous=True))
    await items.UpdateItem(update(["brand"], brand="Beta"))
    changes: list[Any] = []
    async for message in watch:
        commits = message.commits.commits
        changes += (change for commit in commits for change in commit.changes)
        if len(changes) == 2:
            break
    watch.cancel()
    assert [change.item.brand for change in changes] == ["Acme", "Beta"]
    assert changes[1].previous.brand == "Acme"
