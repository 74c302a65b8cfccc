"""In events."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema_rs
import yaml

from items_cli.output.change_text import change_lines
from items_events.cloud_events import EventEncoder
from tests.promises.added import PLACE
from tests.promises.ways.item import VIM, added, pb


async def test_an_event_carries_it_as_the_asyncapi_document_says() -> None:
    item = pb.Item(**VIM, stock={"a": 2}, size=pb.Size(width=1), revision=1, etag="1")
    item.create_time.GetCurrentTime()
    item.update_time.CopyFrom(item.create_time)
    change = pb.ItemChange(kind=pb.CHANGE_KIND_CREATED, item=item)
    (event,) = EventEncoder("store").events(pb.ItemChanges(revision=1, changes=[change]))
    data = json.loads(event.data)
    assert added(data) == {"brand": "Acme", "weight": 1.5}
    schema = item_schema()
    assert schema["properties"]["brand"]["maxLength"] == 12
    assert {field.json_name for field in pb.Item.DESCRIPTOR.fields} == set(schema["properties"])
    validator = jsonschema_rs.Draft7Validator(schema)
    assert validator.is_valid(data)
    assert not validator.is_valid(data | {"brand": "x" * 13})


def item_schema() -> Any:
    """What the document of the contract that this runs over says of an item."""
    document = yaml.safe_load(Path(os.environ[PLACE], "docs", "asyncapi.yaml").read_text())
    return document["components"]["schemas"]["Item"]


async def test_a_line_names_it(vim: Any) -> None:
    change = pb.ItemChange(kind=pb.CHANGE_KIND_UPDATED, item=vim, previous=pb.Item(id="vim"))
    (line,) = change_lines(pb.ItemChanges(revision=2, changes=[change]))
    assert line.endswith("(changed: name brand weight)")
