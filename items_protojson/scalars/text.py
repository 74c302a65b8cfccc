"""Text: what proto strings hold and plain Pydantic strings do not check."""

import re
from dataclasses import dataclass
from typing import Any, Final

from pydantic import AfterValidator, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

from items_protojson.scalars.refusal import refusal

UUID: Final = "[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
UUID_OR_EMPTY: Final = re.compile(f"({UUID})?")

MOST_EXACT: Final = 2.0**53
"""Beyond it, a double may stand for another whole number than the one that was written."""


def is_unicode(text: str) -> bool:
    """Whether *text* can be encoded: it does not hold half of a surrogate pair."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def encodable(text: str) -> str:
    """*text*, if it is Unicode."""
    if is_unicode(text):
        return text
    raise refusal("string_unicode", "must not hold half of a surrogate pair")


UNICODE: Final = AfterValidator(encodable)
"""Refuses lone surrogates, which are no text; strings with a pattern need no such check."""


def unique(values: list[str]) -> list[str]:
    """Refuse a list that holds the same text twice."""
    if len(set(values)) == len(values):
        return values
    raise refusal("unique", "must not hold the same value twice")


@dataclass(frozen=True, slots=True)
class Unique:
    """Annotates a list of strings that are all different."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(unique, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Uuid:
    """Annotates a string that is a UUID with hyphens, or empty."""

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_after_validator_function(_uuid, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return {**handler(schema), "pattern": f"^({UUID})?$"}


@dataclass(frozen=True, slots=True)
class Identifier:
    """Annotates a string for which a whole JSON number is accepted, and read as its digits.

    `7.0` is the same number as `7`, and what some programs write for it.
    """

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_before_validator_function(_digits, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = handler(schema)
        if handler.mode == "serialization":
            return text
        return {"anyOf": [text, {"type": "integer", "minimum": 0}]}


def _uuid(value: str) -> str:
    if UUID_OR_EMPTY.fullmatch(value):
        return value
    raise refusal("string_uuid", "must be a UUID")


def _digits(value: Any) -> Any:
    is_whole = type(value) is int or (
        type(value) is float and value.is_integer() and value <= MOST_EXACT
    )
    return str(int(value)) if is_whole else value
