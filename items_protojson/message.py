"""What every generated model is: a message in its JSON form."""

from typing import Any, ClassVar, Final

from pydantic import BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

NULL: Final = {"type": "null"}


class Message(BaseModel):
    """A message as JSON: camelCase or snake_case keys, null for what is absent.

    Unknown keys are refused. A message that validates can be written as its proto
    message without an error. Its JSON schema says, in validation mode, what is
    accepted, and in serialization mode, what is answered.
    """

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        strict=True,
        validate_by_alias=True,
        validate_by_name=True,
    )

    output_only: ClassVar[frozenset[str]] = frozenset()
    """The fields that only the service writes: in a request they hold None, whatever was sent."""

    nullable: ClassVar[bool] = True
    """Whether null can be sent for what is absent."""

    def sent_fields(self) -> frozenset[str]:
        """The names in snake_case of the writable fields that were sent, null ones too."""
        return frozenset(self.model_fields_set - self.output_only)

    @classmethod
    def json_names(cls) -> dict[str, str]:
        """The JSON name of each field, by its name in the proto."""
        return {name: field.alias or name for name, field in cls.model_fields.items()}

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        reference = handler(schema)
        document = handler.resolve_ref_schema(reference)
        properties = document.get("properties", {})
        null = cls.nullable and handler.mode == "validation"
        for name, json_name in cls.json_names().items():
            described = _described(properties[json_name], null=null)
            if name in cls.output_only:
                described = _read_only(described, handler.mode)
            properties[json_name] = described
        if handler.mode == "serialization":
            document.pop("additionalProperties", None)
        return reference


def ignored(_: Any) -> None:
    """Stand in for whatever a request holds in a field that only the service writes."""


def _described(schema: dict[str, Any], *, null: bool) -> dict[str, Any]:
    described = {key: value for key, value in schema.items() if key not in {"default", "title"}}
    if not null and NULL in described.get("anyOf", ()):
        described = _without_null(described)
    return _with_closed_maps(described)


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """An answer leaves out what is absent, so that null is never seen."""
    others = [choice for choice in schema["anyOf"] if choice != NULL]
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**others[0], **rest} if len(others) == 1 else {"anyOf": others, **rest}


def _with_closed_maps(schema: dict[str, Any]) -> dict[str, Any]:
    """Without this, a key that breaks the pattern would seem to be allowed."""
    if "anyOf" in schema:
        schema["anyOf"] = [_with_closed_maps(choice) for choice in schema["anyOf"]]
    if "patternProperties" in schema:
        schema["additionalProperties"] = False
    return schema


def _read_only(schema: dict[str, Any], mode: str) -> dict[str, Any]:
    """In a request anything is accepted, and ignored (AIP-203)."""
    kept = schema if mode == "serialization" else {"description": schema["description"]}
    return {**kept, "readOnly": True}
