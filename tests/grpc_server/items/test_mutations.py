from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from google.protobuf.field_mask_pb2 import FieldMask

from grpc_server.items.errors import (
    EtagMismatch,
    InvalidRequest,
    InvalidUpdateMask,
    ItemAlreadyExists,
    ItemDeleted,
    ItemNotDeleted,
    ItemNotFound,
)
from grpc_server.items.mutations import (
    Mutation,
    create,
    decide,
    delete,
    replace,
    undelete,
    update,
    visible,
)
from items.v1 import items_pb2 as pb

BEFORE = datetime(2026, 1, 1, tzinfo=UTC)
NOW = datetime(2026, 1, 2, tzinfo=UTC)
MONTH = timedelta(days=30)


def stored(**fields: Any) -> pb.Item:
    present: dict[str, Any] = {"id": "vim", "name": "Vim", "revision": 7, "etag": "7"}
    item = pb.Item(**(present | fields))
    item.create_time.FromDatetime(BEFORE)
    item.update_time.FromDatetime(BEFORE)
    return item


def deleted(**fields: Any) -> pb.Item:
    item = stored(**fields)
    item.delete_time.FromDatetime(BEFORE)
    item.expire_time.FromDatetime(BEFORE + MONTH)
    return item


def updating(*paths: str, **fields: Any) -> pb.UpdateItemRequest:
    request = pb.UpdateItemRequest(item=pb.Item(**({"id": "vim"} | fields)))
    if paths:
        request.update_mask.paths.extend(paths)
    return request


def replacing(**fields: Any) -> pb.ReplaceItemRequest:
    return pb.ReplaceItemRequest(item=pb.Item(**({"id": "vim", "name": "Vim"} | fields)))


class TestCreate:
    def test_create_sets_both_times_to_now(self) -> None:
        request = pb.CreateItemRequest(item=pb.Item(id="vim", name="Vim"))
        outcome = create(None, request, NOW)
        assert outcome.kind == pb.CHANGE_KIND_CREATED
        assert outcome.item.create_time.ToDatetime(UTC) == NOW
        assert outcome.item.update_time.ToDatetime(UTC) == NOW

    def test_create_ignores_output_only_fields(self) -> None:
        given = deleted(revision=99, etag="99")
        item = create(None, pb.CreateItemRequest(item=given), NOW).item
        assert not item.HasField("delete_time")
        assert not item.HasField("expire_time")
        assert (item.revision, item.etag) == (0, "")

    def test_create_of_a_taken_id_is_refused(self) -> None:
        with pytest.raises(ItemAlreadyExists):
            create(stored(), pb.CreateItemRequest(item=pb.Item(id="vim", name="x")), NOW)

    def test_create_of_a_deleted_id_is_refused_and_says_that_it_is_deleted(self) -> None:
        with pytest.raises(ItemAlreadyExists, match="undelete"):
            create(deleted(), pb.CreateItemRequest(item=pb.Item(id="vim", name="x")), NOW)

    def test_create_without_a_name_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match=r"item\.name: is required"):
            create(None, pb.CreateItemRequest(item=pb.Item(id="vim")), NOW)


class TestUpdate:
    def test_update_without_a_mask_writes_the_fields_that_are_set(self) -> None:
        current = stored(description="editor", labels={"a": "1"})
        item = update(current, updating(name="Vi"), NOW).item
        assert (item.name, item.description, dict(item.labels)) == ("Vi", "editor", {"a": "1"})

    def test_update_keeps_the_create_time_and_moves_the_update_time(self) -> None:
        item = update(stored(), updating(name="Vi"), NOW).item
        assert item.create_time.ToDatetime(UTC) == BEFORE
        assert item.update_time.ToDatetime(UTC) == NOW

    def test_update_never_changes_the_given_item(self) -> None:
        current = stored()
        update(current, updating(name="Vi"), NOW)
        assert current == stored()

    def test_update_to_the_same_content_changes_nothing(self) -> None:
        current = stored()
        assert update(current, updating(name="Vim"), NOW) == Mutation(
            pb.CHANGE_KIND_UNSPECIFIED, current
        )

    def test_update_with_a_path_without_a_value_removes_it(self) -> None:
        item = update(stored(description="editor"), updating("description"), NOW).item
        assert not item.HasField("description")

    def test_update_that_removes_the_name_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="is required"):
            update(stored(), updating("name"), NOW)

    def test_update_with_a_star_replaces_every_writable_field(self) -> None:
        current = stored(description="editor", labels={"a": "1"})
        item = update(current, updating("*", name="Vi"), NOW).item
        assert (item.name, item.description, dict(item.labels)) == ("Vi", "", {})

    def test_update_with_a_label_path_leaves_the_other_labels(self) -> None:
        current = stored(labels={"a": "1", "b": "2"})
        item = update(current, updating("labels.a", labels={"a": "3"}), NOW).item
        assert dict(item.labels) == {"a": "3", "b": "2"}

    def test_update_past_the_number_of_labels_is_refused(self) -> None:
        current = stored(labels={f"k{n}": "" for n in range(64)})
        with pytest.raises(InvalidRequest, match=r"item\.labels"):
            update(current, updating("labels.more", labels={"more": ""}), NOW)

    def test_update_with_a_stale_etag_is_refused_with_the_present_one(self) -> None:
        with pytest.raises(EtagMismatch) as refusal:
            update(stored(), updating(name="Vi", etag="6"), NOW)
        assert refusal.value.metadata == {"id": "vim", "etag": "7"}

    def test_update_with_the_present_etag_is_done(self) -> None:
        assert update(stored(), updating(name="Vi", etag="7"), NOW).item.name == "Vi"

    def test_update_of_a_missing_item_is_refused(self) -> None:
        with pytest.raises(ItemNotFound):
            update(None, updating(name="Vi"), NOW)

    def test_update_of_a_deleted_item_is_refused(self) -> None:
        with pytest.raises(ItemDeleted):
            update(deleted(), updating(name="Vi"), NOW)

    def test_update_with_allow_missing_creates_the_item(self) -> None:
        request = updating(name="Vi")
        request.allow_missing = True
        assert update(None, request, NOW).kind == pb.CHANGE_KIND_CREATED

    def test_update_with_allow_missing_and_an_etag_expects_the_item(self) -> None:
        request = updating(name="Vi", etag="7")
        request.allow_missing = True
        with pytest.raises(ItemNotFound):
            update(None, request, NOW)

    def test_update_of_an_unknown_path_is_refused_with_a_suggestion(self) -> None:
        with pytest.raises(InvalidUpdateMask, match="did you mean name"):
            update(stored(), updating("nmae", name="Vi"), NOW)

    def test_update_without_an_id_is_refused_even_if_it_may_create(self) -> None:
        request = updating(id="", name="Vi")
        request.allow_missing = True
        with pytest.raises(InvalidRequest, match="id: is required"):
            update(None, request, NOW)


class TestReplace:
    def test_replace_without_an_id_is_refused(self) -> None:
        with pytest.raises(InvalidRequest, match="id: is required"):
            replace(None, replacing(id=""), NOW)

    def test_replace_of_a_missing_item_creates_it(self) -> None:
        assert replace(None, replacing(), NOW).kind == pb.CHANGE_KIND_CREATED

    def test_replace_drops_the_fields_that_are_not_given(self) -> None:
        item = replace(stored(description="editor"), replacing(name="Vi"), NOW).item
        assert (item.name, item.HasField("description")) == ("Vi", False)

    def test_replace_keeps_the_create_time(self) -> None:
        item = replace(stored(), replacing(name="Vi"), NOW).item
        assert item.create_time.ToDatetime(UTC) == BEFORE

    def test_replace_by_the_same_content_changes_nothing(self) -> None:
        current = stored()
        assert replace(current, replacing(), NOW) == Mutation(pb.CHANGE_KIND_UNSPECIFIED, current)

    def test_replace_of_a_deleted_item_undeletes_it(self) -> None:
        outcome = replace(deleted(), replacing(), NOW)
        assert outcome.kind == pb.CHANGE_KIND_UNDELETED
        assert not outcome.item.HasField("delete_time")

    @pytest.mark.parametrize("current", [None, deleted()])
    def test_replace_with_an_etag_of_no_live_item_is_refused(self, current: pb.Item | None) -> None:
        with pytest.raises(EtagMismatch):
            replace(current, replacing(etag="7"), NOW)

    @pytest.mark.parametrize("etag", ["", "7", "*"])
    def test_replace_is_done_if_its_etag_holds(self, etag: str) -> None:
        assert replace(stored(), replacing(name="Vi", etag=etag), NOW).item.name == "Vi"

    def test_replace_with_a_star_as_etag_expects_any_item(self) -> None:
        with pytest.raises(EtagMismatch):
            replace(None, replacing(etag="*"), NOW)


class TestDelete:
    def test_delete_sets_when_it_was_deleted_and_when_it_expires(self) -> None:
        item = delete(stored(), pb.DeleteItemRequest(id="vim"), NOW, MONTH).item
        assert item.delete_time.ToDatetime(UTC) == NOW
        assert item.expire_time.ToDatetime(UTC) == NOW + MONTH

    def test_delete_of_a_deleted_item_is_refused(self) -> None:
        with pytest.raises(ItemDeleted):
            delete(deleted(), pb.DeleteItemRequest(id="vim"), NOW, MONTH)

    def test_delete_with_a_stale_etag_is_refused(self) -> None:
        with pytest.raises(EtagMismatch):
            delete(stored(), pb.DeleteItemRequest(id="vim", etag="1"), NOW, MONTH)


class TestUndelete:
    def test_undelete_brings_the_item_back(self) -> None:
        item = undelete(deleted(), pb.UndeleteItemRequest(id="vim"), NOW).item
        assert not item.HasField("delete_time")
        assert not item.HasField("expire_time")

    def test_undelete_of_a_live_item_is_refused(self) -> None:
        with pytest.raises(ItemNotDeleted):
            undelete(stored(), pb.UndeleteItemRequest(id="vim"), NOW)

    def test_undelete_at_the_expire_time_is_too_late(self) -> None:
        with pytest.raises(ItemNotFound):
            undelete(deleted(), pb.UndeleteItemRequest(id="vim"), BEFORE + MONTH)


class TestVisible:
    def test_a_deleted_item_is_hidden_with_its_own_reason(self) -> None:
        with pytest.raises(ItemDeleted):
            visible(deleted(), "vim", show_deleted=False)

    def test_a_deleted_item_is_shown_when_asked_for(self) -> None:
        assert visible(deleted(), "vim", show_deleted=True) == deleted()


def test_decide_knows_every_write_of_a_batch() -> None:
    for write in pb.ItemWrite.DESCRIPTOR.oneofs_by_name["write"].fields:
        request = getattr(pb.ItemWrite(), write.name)
        with pytest.raises((ItemNotFound, InvalidRequest)):
            decide(None, request, NOW, MONTH)


def test_attributes_beyond_the_limit_are_refused_before_they_are_merged() -> None:
    mask = FieldMask(paths=["attributes.*"])
    request = pb.UpdateItemRequest(item=pb.Item(id="vim"), update_mask=mask)
    request.item.attributes["gone"] = "x" * 70_000
    with pytest.raises(InvalidRequest, match="must be at most 65536 bytes"):
        update(pb.Item(id="vim", name="Vim"), request, NOW)
