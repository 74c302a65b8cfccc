"""A type whose JSON form is read and written by a pair of functions."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True, eq=False)
class JsonType:
    """Annotates a type that *read* makes of JSON and *write* makes JSON of.

    *read* raises PydanticCustomError or ValidationError for what it refuses. It is
    given a value of the type too, when a model is made in Python. *accepts* and
    *answers* are the JSON schemas of what is read and of what is written.
    """

    read: Callable[[Any], Any]
    write: Callable[[Any], Any]
    accepts: JsonSchemaValue
    answers: JsonSchemaValue

    def __get_pydantic_core_schema__(
        self, source: object, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            self.read,
            serialization=core_schema.plain_serializer_function_ser_schema(
                self.write, when_used="json"
            ),
        )

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return dict(self.accepts if handler.mode == "validation" else self.answers)
