"""The AsyncAPI document: sound, complete, and true of what is really published."""

import json

import jsonschema_rs
import pytest

from items.v1 import items_pb2 as pb
from items_client import ItemsClient
from items_events.relay.relay import Policy
from tests.items_events.broker import Broker
from tests.items_events.contract import document, references, resolve, violations
from tests.items_events.relaying import QUICK, caught_up, relaying

MESSAGES = {
    "rabbitmq": "RabbitmqItemEvent",
    "redis": "RedisItemEvent",
    "nats": "NatsItemEvent",
}


def test_it_is_asyncapi_3_with_what_that_asks_for() -> None:
    found = document()
    assert found["asyncapi"] == "3.0.0"
    assert found["info"].keys() >= {"title", "version"}
    assert {operation["action"] for operation in found["operations"].values()} == {
        "send",
        "receive",
    }


def test_every_reference_leads_somewhere() -> None:
    found = document()
    for pointer in references(found):
        assert resolve(pointer, found) is not None, pointer


def test_every_channel_is_used_by_an_operation_and_has_messages_and_a_server() -> None:
    found = document()
    used = {operation["channel"]["$ref"] for operation in found["operations"].values()}
    assert used == {f"#/channels/{name}" for name in found["channels"]}
    for channel in found["channels"].values():
        assert channel["messages"]
        assert channel["servers"]


def test_every_schema_is_json_schema() -> None:
    components = document()["components"]
    schemas = [*components["schemas"].values()]
    schemas += [
        message["headers"] for message in components["messages"].values() if "headers" in message
    ]
    for schema in schemas:
        jsonschema_rs.meta.validate(
            {"$schema": "http://json-schema.org/draft-07/schema#", **schema}
        )


def test_it_has_every_field_of_an_item_and_every_kind_of_change() -> None:
    schemas = document()["components"]["schemas"]
    fields = [field.json_name for field in pb.Item.DESCRIPTOR.fields]
    assert sorted(schemas["Item"]["properties"]) == sorted(fields)
    kinds = [name.removeprefix("CHANGE_KIND_").lower() for name in pb.ChangeKind.keys()[1:]]
    assert schemas["EventType"]["enum"] == [f"items.v1.item.{kind}" for kind in kinds]


async def test_what_is_published_is_what_it_says(broker: Broker, items: ItemsClient) -> None:
    await write_all_kinds(items)
    async with relaying(items, broker.url()):
        await caught_up(items, broker.url())
    message = f"#/components/messages/{MESSAGES[broker.name]}"
    published = await broker.messages()
    assert len(published) == 5
    for seen in published:
        assert violations(f"{message}/headers", seen.headers) == []
        assert violations(f"{message}/payload", json.loads(seen.data)) == []


async def test_a_protobuf_event_carries_the_same_item(broker: Broker, items: ItemsClient) -> None:
    await write_all_kinds(items)
    policy = Policy(data_format="protobuf", backoff=QUICK)
    async with relaying(items, broker.url(), policy=policy):
        await caught_up(items, broker.url())
    published = await broker.messages()
    newest = pb.Item.FromString(published[-1].data)
    assert newest == await items.get("vim")
    for seen in published:
        headers = f"#/components/messages/{MESSAGES[broker.name]}/headers"
        assert violations(headers, seen.headers) == []
        assert seen.attributes["datacontenttype"] == "application/protobuf"


async def write_all_kinds(items: ItemsClient) -> None:
    """Every kind of change that a client can make, and every field of an item."""
    await items.create(id="plain", name="Plain")
    await items.create(
        id="vim",
        name="Vim ✎",
        description="An editor",
        labels={"section": "editors"},
        attributes={"deep": {"er": [1, 2.5, None, True]}},
    )
    await items.update("vim", name="Vi")
    await items.delete("vim")
    await items.undelete("vim")


@pytest.mark.parametrize("wrong", ["id", "type", "time", "source", "sequence", "specversion"])
def test_the_check_finds_an_attribute_that_is_wrong(wrong: str) -> None:
    headers = {
        "specversion": "1.0",
        "id": "b96204e5-964e-4c40-95c4-e4fc3f93646b/42/0",
        "source": "/stores/b96204e5-964e-4c40-95c4-e4fc3f93646b",
        "type": "items.v1.item.created",
        "subject": "vim",
        "time": "2026-11-24T05:09:42.486458Z",
        "datacontenttype": "application/json",
        "sequence": "0000000000000000042-000000",
    }
    pointer = "#/components/messages/RedisItemEvent/headers"
    assert violations(pointer, headers) == []
    assert violations(pointer, {**headers, wrong: "wrong"})
    assert violations(pointer, {key: value for key, value in headers.items() if key != wrong})
