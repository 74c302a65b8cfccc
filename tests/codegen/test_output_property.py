"""What the converters write is what json_format writes."""

import inspect
import json
from collections.abc import Callable
from typing import Any

import pytest
from google.protobuf import json_format
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from items.v1 import items_converters, items_pb2
from items_protojson.parsing.encoding import encode
from tests.codegen.conftest import Shelf
from tests.codegen.strategies import messages

Converter = Callable[[Any], dict[str, Any]]


def writers(module: Any) -> dict[str, Converter]:
    """The functions of *module* that write a message, by the message's name."""
    functions = inspect.getmembers(module, inspect.isfunction)
    own = [function for _, function in functions if function.__module__ == module.__name__]
    found: dict[str, Converter] = {
        _message_name(writer): writer for writer in own if _takes_message(writer)
    }
    assert found
    return found


def _takes_message(function: Converter) -> bool:
    return "message" in inspect.signature(function).parameters


def _message_name(function: Converter) -> str:
    annotation = inspect.get_annotations(function)
    return str(annotation.get("message", type(None)).__name__)


def assert_same_json(convert: Converter, message: Any) -> None:
    expected = json_format.MessageToDict(message)
    assert convert(message) == expected
    assert json.loads(encode(convert(message))) == json.loads(json.dumps(expected))


@pytest.mark.parametrize("name", writers(items_converters))
@given(data=st.data())
@settings(max_examples=50, deadline=None)
def test_any_message_of_the_contract_is_written_as_json_format_writes_it(
    name: str, data: st.DataObject
) -> None:
    descriptor = items_pb2.DESCRIPTOR.message_types_by_name[name]
    assert_same_json(writers(items_converters)[name], data.draw(messages(descriptor)))


@given(data=st.data())
@settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_any_message_of_the_shelf_is_written_as_json_format_writes_it(
    shelf: Shelf, data: st.DataObject
) -> None:
    name = data.draw(st.sampled_from(sorted(writers(shelf.converters))))
    descriptor = shelf.pb.DESCRIPTOR.message_types_by_name[name]
    assert_same_json(writers(shelf.converters)[name], data.draw(messages(descriptor)))
