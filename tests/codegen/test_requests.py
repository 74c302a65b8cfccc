"""Requests, put together from path, query and body."""

import pytest
from pydantic import ValidationError

from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items.v1 import items_requests as requests
from tests.codegen.conftest import Shelf

UUID = "0f8fad5b-d9cb-469f-a165-70867728950e"


def test_a_query_fills_the_fields_that_are_neither_path_nor_body() -> None:
    query = models.CreateItemQuery.from_pairs([("requestId", UUID), ("validateOnly", "true")])
    body = models.Item.model_validate({"name": "n"})
    expected = pb.CreateItemRequest(item=pb.Item(name="n"), request_id=UUID, validate_only=True)
    assert requests.create_item(query, body) == expected


def test_the_path_wins_over_the_body() -> None:
    path = models.UpdateItemPath.model_validate({"id": "path"})
    query = models.UpdateItemQuery.from_pairs([("updateMask", "name"), ("allow_missing", "true")])
    body = models.ItemPatch.model_validate({"id": "body", "name": "n"})
    request = requests.update_item(path, query, body)
    assert (request.item.id, request.allow_missing) == ("path", True)
    assert list(request.update_mask.paths) == ["name"]


def test_a_query_without_a_mask_leaves_it_unset() -> None:
    path = models.UpdateItemPath.model_validate({"id": "a"})
    request = requests.update_item(path, models.UpdateItemQuery(), models.ItemPatch())
    assert not request.HasField("update_mask")


def test_a_body_that_is_the_whole_request_lacks_only_the_path() -> None:
    path = models.UndeleteItemPath.model_validate({"id": "a"})
    body = models.UndeleteItemBody.model_validate({"etag": "1"})
    request = requests.undelete_item(path, models.UndeleteItemQuery(), body)
    assert request == pb.UndeleteItemRequest(id="a", etag="1")


def test_a_repeated_key_is_a_list() -> None:
    query = models.BatchGetItemsQuery.from_pairs([("ids", "b"), ("ids", "a")])
    assert list(requests.batch_get_items(query).ids) == ["b", "a"]


def test_a_repeated_key_is_a_list_in_either_spelling(shelf: Shelf) -> None:
    for key in ("bookIds", "book_ids"):
        query = shelf.models.FindBooksQuery.from_pairs([(key, "a"), (key, "b")])
        assert list(shelf.requests.find_books(query).book_ids) == ["a", "b"]


def test_several_path_variables_go_to_their_fields(shelf: Shelf) -> None:
    path = shelf.models.PutBookPath.model_validate({"shelf": "s", "id": "b"})
    body = shelf.models.Book.model_validate({"title": "Title"})
    request = shelf.requests.put_book(path, shelf.models.PutBookQuery(), body)
    assert (request.shelf, request.book.id, request.book.title) == ("s", "b", "Title")


@pytest.mark.parametrize("text", ["", "A", "a/b", "\ud800", "a\n", "x" * 129])
@pytest.mark.parametrize("model", [models.GetItemPath, models.UpdateItemPath])
def test_a_path_is_held_to_the_limits_of_its_field(
    model: type[models.GetItemPath], text: str
) -> None:
    with pytest.raises(ValidationError):
        model.model_validate({"id": text})


@pytest.mark.parametrize(
    "pairs",
    [
        [("pageSize", "")],
        [("pageSize", "-1")],
        [("pageSize", "1.0")],
        [("pageSize", "10"), ("pageSize", "10")],
        [("pageSize", "10"), ("page_size", "10")],
        [("showDeleted", "True")],
        [("showDeleted", "1")],
        [("showDeleted", "")],
        [("filter", "\ud800")],
        [("filter", "x" * 4097)],
        [("minRevision", "9223372036854775808")],
        [("no_such_key", "")],
        [("\ud800", "")],
        [("", "")],
    ],
)
def test_a_query_that_is_not_understood_is_refused(pairs: list[tuple[str, str]]) -> None:
    with pytest.raises(ValidationError):
        models.ListItemsQuery.from_pairs(pairs)


def test_a_query_is_read_in_either_spelling() -> None:
    camel = [("pageSize", "7"), ("orderBy", "name"), ("showDeleted", "true"), ("minRevision", "3")]
    snake = [
        ("page_size", "7"),
        ("order_by", "name"),
        ("show_deleted", "true"),
        ("min_revision", "3"),
    ]
    expected = pb.ListItemsRequest(page_size=7, order_by="name", show_deleted=True, min_revision=3)
    for pairs in (camel, snake):
        assert requests.list_items(models.ListItemsQuery.from_pairs(pairs)) == expected


def test_a_method_without_query_fields_knows_no_key() -> None:
    with pytest.raises(ValidationError):
        models.BatchWriteItemsQuery.from_pairs([("requestId", UUID)])
