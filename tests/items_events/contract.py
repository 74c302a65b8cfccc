"""The AsyncAPI document, and what it says of a message."""

from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import yaml

from tests.docs.pages import page


def document() -> dict[str, Any]:
    """`docs/asyncapi.yaml`."""
    found: dict[str, Any] = yaml.safe_load(page("docs/asyncapi.yaml"))
    return found


def resolve(pointer: str, root: dict[str, Any]) -> Any:
    """What *pointer*, `#/a/b`, leads to in *root*. Raises KeyError."""
    at: Any = root
    for part in pointer.removeprefix("#/").split("/"):
        at = at[part.replace("~1", "/").replace("~0", "~")]
    return at


def references(node: Any) -> Iterator[str]:
    """Every `$ref` below *node*."""
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for value in node.values():
            yield from references(value)
    elif isinstance(node, list):
        for value in node:
            yield from references(value)


def violations(pointer: str, value: Any) -> list[str]:
    """What is wrong with *value*, as the schema at *pointer* says."""
    root = document()
    schema = {"$ref": pointer, "components": root["components"]}
    validator = jsonschema_rs.Draft7Validator(schema, validate_formats=True)
    return [f"{error.instance_path}: {error.message}" for error in validator.iter_errors(value)]
