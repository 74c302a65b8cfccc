"""How long the converters take for one item: `python -m benchmarks.converters`."""

import json
from collections.abc import Callable
from timeit import repeat

import protovalidate
from google.protobuf import json_format

from benchmarks.example import example_json, example_message
from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json, item_to_proto
from items.v1.items_models import Item
from items_protojson.parsing.encoding import encode

CALLS, ROUNDS = 5_000, 5


def main() -> None:
    """Print a line for each way to read and to write an item."""
    for name, call in (*writing().items(), *reading().items()):
        print(f"{name:<52}{microseconds(call):7.1f} us")


def microseconds(call: Callable[[], object]) -> float:
    """The time of one *call* in the fastest of a few rounds."""
    return min(repeat(call, number=CALLS, repeat=ROUNDS)) / CALLS * 1e6


def writing() -> dict[str, Callable[[], object]]:
    """Ways from a message to JSON text."""
    item = served_item()
    return {
        "write: item_to_json": lambda: item_to_json(item),
        "write: item_to_json, encode": lambda: encode(item_to_json(item)),
        "write: item_to_json, a model, its JSON": lambda: through_a_model(item),
        "write: json_format.MessageToDict": lambda: json_format.MessageToDict(item),
        "write: json_format.MessageToDict, json.dumps": lambda: json.dumps(
            json_format.MessageToDict(item)
        ),
    }


def reading() -> dict[str, Callable[[], object]]:
    """Ways from JSON text to a message that keeps the rules."""
    body = example_json("drill")
    return {
        "read: Item.model_validate_json": lambda: Item.model_validate_json(body),
        "read: Item.model_validate_json, item_to_proto": lambda: item_to_proto(
            Item.model_validate_json(body)
        ),
        "read: json_format.Parse": lambda: json_format.Parse(body, pb.Item()),
        "read: json_format.Parse, protovalidate": lambda: protovalidate.validate(
            json_format.Parse(body, pb.Item())
        ),
    }


def served_item() -> pb.Item:
    """The example item as the service answers with it."""
    item = example_message("drill")
    item.create_time.FromJsonString("2026-01-31T12:00:00.123456Z")
    item.update_time.FromJsonString("2026-01-31T12:00:00.123456Z")
    item.revision, item.etag = 123_456, "123456"
    return item


def through_a_model(item: pb.Item) -> str:
    """What it would cost to check and write an answer with a model."""
    return Item.model_validate(item_to_json(item)).model_dump_json(by_alias=True)


if __name__ == "__main__":
    main()
