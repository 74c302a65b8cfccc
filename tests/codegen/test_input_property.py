"""What the models accept is what json_format and protovalidate accept, and the same message.

The exceptions are those of `adjusted` and `refused_for_a_reason`, and no others.
"""

import re
from collections.abc import Iterator
from typing import Any

import protovalidate
import pytest
from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from items.v1 import items_converters, items_models, items_pb2
from tests.codegen.conftest import Shelf
from tests.codegen.documents import (
    documents,
    dumps,
    good_documents,
    is_identifier,
    is_mask,
    is_output_only,
    is_part,
    is_required,
)

INPUTS = (
    "Item",
    "CreateItemRequest",
    "UpdateItemRequest",
    "ReplaceItemRequest",
    "DeleteItemRequest",
    "UndeleteItemRequest",
    "ItemWrite",
    "BatchWriteItemsRequest",
)
SHELF_INPUTS = (
    "Book",
    "Chapter",
    "Body",
    "Sayings",
    "PutBookRequest",
    "ChangeBookRequest",
    "MoveBooksRequest",
)


def expected_message(build: type[Message], document: Any) -> Message | None:
    """The message that json_format and protovalidate accept *document* as, if they do."""
    message = build()
    try:
        json_format.Parse(dumps(adjusted(message.DESCRIPTOR, document)), message)
        protovalidate.validate(message)
    except (json_format.ParseError, protovalidate.ValidationError):
        return None
    return message


def accepted_message(model: Any, convert: Any, document: Any) -> Message | None:
    """The message that the models accept *document* as, if they do."""
    try:
        message: Message = convert(model.model_validate_json(dumps(document)))
    except ValidationError:
        return None
    return type(message).FromString(message.SerializeToString())


def adjusted(descriptor: Any, document: Any) -> Any:
    """*document* as json_format must see it to agree.

    What only the service writes is ignored, and an integer is an identifier too.
    """
    if not isinstance(document, dict):
        return document
    fields = {key: field_of(descriptor, key) for key in document}
    return {
        key: _adjusted_value(field, document[key])
        for key, field in fields.items()
        if not (field and is_output_only(field))
    }


def _adjusted_value(field: Any, value: Any) -> Any:
    if field is None:
        return value
    if is_identifier(field) and type(value) is int:
        return str(value)
    if not is_part(field):
        return value
    if isinstance(value, list):
        return [adjusted(field.message_type, element) for element in value]
    return adjusted(field.message_type, value)


def refused_for_a_reason(descriptor: Any, document: Any, *, partial: bool = False) -> bool:
    """Whether we refuse *document* although json_format may not.

    *partial*: it stands beside a mask, so that nothing in it is required.
    """
    if not isinstance(document, dict):
        return True  # json_format takes "" and [] for an empty message
    required = [field for field in descriptor.fields if is_required(field) and not partial]
    if any(_absent(field, document) for field in required):
        return True  # the service would refuse it
    masked = any(is_mask(field) for field in descriptor.fields)
    return any(
        _value_refused(field, value, masked=masked)
        for field, value in _known(descriptor, document)
        if value is not None and not is_output_only(field)
    )


_FRACTIONS = {FieldDescriptor.CPPTYPE_DOUBLE, FieldDescriptor.CPPTYPE_FLOAT}


def _value_refused(field: Any, value: Any, *, masked: bool) -> bool:
    if field.enum_type and isinstance(value, bool | float):
        return type(value) is bool or not value.is_integer()  # json_format rounds
    elements = value if isinstance(value, list) and field.is_repeated else [value]
    if field.cpp_type in _FRACTIONS:
        return any(isinstance(element, bool) for element in elements)  # 1 for json_format
    if not is_part(field):
        return False
    return any(
        refused_for_a_reason(field.message_type, element, partial=masked) for element in elements
    )


def _known(descriptor: Any, document: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    for key, value in document.items():
        field = field_of(descriptor, key)
        if field:
            yield field, value


def _absent(field: Any, document: dict[str, Any]) -> bool:
    return document.get(field.json_name) is None and document.get(field.name) is None


def field_of(descriptor: Any, key: str) -> Any:
    """The field that *key* means, in either spelling."""
    return next(
        (field for field in descriptor.fields if key in {field.json_name, field.name}), None
    )


def assert_agreement(model: Any, convert: Any, build: type[Message], document: Any) -> None:
    accepted = accepted_message(model, convert, document)
    if refused_for_a_reason(build.DESCRIPTOR, document):
        assert accepted is None
    else:
        assert accepted == expected_message(build, document)


def snake(name: str) -> str:
    return re.sub("(?<=.)(?=[A-Z])", "_", name).lower()


@pytest.mark.parametrize("name", INPUTS)
@given(data=st.data())
@settings(max_examples=80, deadline=None)
def test_a_request_is_accepted_exactly_if_its_proto_message_is(
    name: str, data: st.DataObject
) -> None:
    build = getattr(items_pb2, name)
    assert_agreement(
        getattr(items_models, name),
        getattr(items_converters, f"{snake(name)}_to_proto"),
        build,
        data.draw(documents(build.DESCRIPTOR)),
    )


@pytest.mark.parametrize("name", SHELF_INPUTS)
@given(data=st.data())
@settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_request_of_the_shelf_is_accepted_exactly_if_its_proto_message_is(
    shelf: Shelf, name: str, data: st.DataObject
) -> None:
    build = getattr(shelf.pb, name)
    assert_agreement(
        getattr(shelf.models, name),
        getattr(shelf.converters, f"{snake(name)}_to_proto"),
        build,
        data.draw(documents(build.DESCRIPTOR)),
    )


@pytest.mark.parametrize("name", INPUTS)
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_request_that_keeps_the_rules_is_accepted(name: str, data: st.DataObject) -> None:
    build = getattr(items_pb2, name)
    document = data.draw(good_documents(build.DESCRIPTOR))
    convert = getattr(items_converters, f"{snake(name)}_to_proto")
    accepted = accepted_message(getattr(items_models, name), convert, document)
    assert accepted is not None
    assert accepted == expected_message(build, document)


@pytest.mark.parametrize("name", SHELF_INPUTS)
@given(data=st.data())
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_request_of_the_shelf_that_keeps_the_rules_is_accepted(
    shelf: Shelf, name: str, data: st.DataObject
) -> None:
    build = getattr(shelf.pb, name)
    document = data.draw(good_documents(build.DESCRIPTOR))
    convert = getattr(shelf.converters, f"{snake(name)}_to_proto")
    accepted = accepted_message(getattr(shelf.models, name), convert, document)
    assert accepted is not None
    assert accepted == expected_message(build, document)
