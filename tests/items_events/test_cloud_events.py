"""Changes as CloudEvents."""

import json

import pytest

from items.v1 import items_pb2 as pb
from items_events.cloud_events import EventEncoder
from tests.items_events.sample_events import STORE, commit, events


def test_the_attributes_are_those_of_the_specification() -> None:
    (event,) = events([42])
    assert event.attributes == {
        "specversion": "1.0",
        "id": f"{STORE}/42/0",
        "source": f"/stores/{STORE}",
        "type": "items.v1.item.created",
        "subject": "item-42",
        "time": "2023-11-14T22:13:20Z",
        "datacontenttype": "application/json",
        "sequence": "0000000000000000042-000000",
    }


def test_the_data_is_the_item_as_rest_answers_it() -> None:
    (event,) = events([42], labels={"a": "b"})
    assert json.loads(event.data) == {
        "id": "item-42",
        "name": "Vim",
        "description": "",
        "labels": {"a": "b"},
        "revision": "42",
        "etag": "42",
    }


def test_as_protobuf_the_data_is_the_message_and_says_so() -> None:
    (event,) = EventEncoder(STORE, "protobuf").events(commit(42))
    assert pb.Item.FromString(event.data) == commit(42).changes[0].item
    assert event.content_type == "application/protobuf"
    assert event.attributes["dataschema"] == "type.googleapis.com/items.v1.Item"


def test_changes_of_one_revision_are_told_apart_by_their_ordinal() -> None:
    both = commit(42)
    both.changes.add(kind=pb.CHANGE_KIND_DELETED, item=pb.Item(id="emacs"))
    made = list(EventEncoder(STORE).events(both))
    assert [event.id for event in made] == [f"{STORE}/42/0", f"{STORE}/42/1"]
    assert [event.type.rpartition(".")[2] for event in made] == ["created", "deleted"]


def test_the_later_of_two_events_has_the_greater_sequence() -> None:
    made = events([2, 9, 10, 11, 2**62])
    sequences = [event.attributes["sequence"] for event in made]
    assert sequences == sorted(sequences)


@pytest.mark.parametrize("kind", [0, 99])
def test_a_kind_that_a_newer_service_tells_of_is_a_change(kind: int) -> None:
    unknown = commit(1)
    unknown.changes[0].kind = kind  # type: ignore[assignment]  # of a later contract
    (event,) = EventEncoder(STORE).events(unknown)
    assert event.type == "items.v1.item.changed"
