"""Metadata that a client may send with a call."""

import pytest

from items.v1 import items_pb2 as pb
from tests.abuse.client import Client, Metadata


def write(client: Client, metadata: Metadata, name: str) -> str:
    request = pb.ReplaceItemRequest(item=pb.Item(id="metadata", name=name))
    return client.call("ReplaceItem", request, metadata).code


def actor_of_last_write(client: Client) -> str:
    request = pb.ListItemRevisionsRequest(id="metadata", page_size=1)
    answer = client.call("ListItemRevisions", request)
    return pb.ListItemRevisionsResponse.FromString(answer.body).revisions[0].actor


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("ann", "ann"), ("", ""), ("~ !", "~ !"), ("a" * 256, "a" * 255), ("a" * 8000, "a" * 255)],
    ids=["plain", "empty", "signs", "256", "8000"],
)
def test_an_actor_is_kept_up_to_its_limit(client: Client, sent: str, kept: str) -> None:
    assert write(client, (("items-actor", sent),), f"by {len(sent)} {sent[:9]}") == "OK"
    assert actor_of_last_write(client) == kept


def test_the_first_of_two_actors_counts(client: Client) -> None:
    assert write(client, (("items-actor", "ann"), ("items-actor", "bob")), "by two") == "OK"
    assert actor_of_last_write(client) == "ann"


def test_binary_metadata_is_ignored(client: Client) -> None:
    metadata: Metadata = (("items-actor-bin", b"\xff\0"), ("x-request-id-bin", b"\xfe"))
    assert write(client, metadata, "by bytes") == "OK"
    assert actor_of_last_write(client) == ""


@pytest.mark.parametrize(
    "metadata",
    [
        (("x-request-id", "x" * 128),),
        (("x-request-id", "x" * 4000),),
        (("x-request-id", "not sane"), ("x-request-id", "second")),
        tuple((f"k{number}", "v") for number in range(300)),
    ],
    ids=["long", "too long", "two", "many"],
)
def test_a_refusal_has_its_details_whatever_the_metadata(
    client: Client, metadata: Metadata
) -> None:
    assert client.call("GetItem", b"", metadata).reason == "VALIDATION_FAILED"


@pytest.mark.parametrize(
    "metadata",
    [(("items-actor", "a" * 20_000),), tuple((f"k{number}", "v" * 99) for number in range(300))],
    ids=["a long value", "many keys"],
)
def test_metadata_beyond_its_limit_is_refused(client: Client, metadata: Metadata) -> None:
    assert client.call("GetItem", b"", metadata).code == "RESOURCE_EXHAUSTED"


@pytest.mark.parametrize(
    "path",
    [
        "/items.v1.ItemService/NoSuchMethod",
        "/items.v1.ItemService/CreateItem/",
        "/items.v1.ItemService/",
        "/items.v1.ItemService/" + "x" * 5000,
        "/no.such.Service/CreateItem",
        "/",
        "//",
    ],
    ids=lambda path: path[:40],
)
def test_a_method_that_does_not_exist_is_unimplemented(client: Client, path: str) -> None:
    answer = client.call(path, b"\xff\xff")
    assert (answer.code, answer.reason) == ("UNIMPLEMENTED", "UNIMPLEMENTED")
