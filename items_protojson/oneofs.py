"""Messages with a oneof: fields of which at most one is set."""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from pydantic import GetJsonSchemaHandler, model_validator
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from items_protojson.message import NULL, Message
from items_protojson.scalars.refusal import refusal


@dataclass(frozen=True, slots=True)
class Oneof:
    """The *fields* of which one may be set, or must be if *required*."""

    fields: tuple[str, ...]
    required: bool = False


class OneofMessage(Message):
    """A message with oneofs; null counts as absent."""

    oneofs: ClassVar[tuple[Oneof, ...]] = ()

    @model_validator(mode="after")
    def _check_oneofs(self) -> Self:
        for oneof in self.oneofs:
            self._check(oneof)
        return self

    def _check(self, oneof: Oneof) -> None:
        chosen = sum(getattr(self, name) is not None for name in oneof.fields)
        names = ", ".join(map(self.json_names().__getitem__, oneof.fields))
        if chosen > 1:
            raise refusal("oneof", "must hold only one of {names}", names=names)
        if oneof.required and not chosen:
            raise refusal("oneof", "must hold one of {names}", names=names)

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        reference = super().__get_pydantic_json_schema__(schema, handler)
        document = handler.resolve_ref_schema(reference)
        if cls.oneofs and handler.mode == "validation":
            document["allOf"] = [{"oneOf": cls._choices(oneof)} for oneof in cls.oneofs]
        return reference

    @classmethod
    def _choices(cls, oneof: Oneof) -> list[dict[str, Any]]:
        names = [cls.json_names()[field] for field in oneof.fields]
        choices: list[dict[str, Any]] = [
            {"required": [name], "properties": {name: {"not": NULL}}} for name in names
        ]
        return choices if oneof.required else [*choices, {"properties": dict.fromkeys(names, NULL)}]
