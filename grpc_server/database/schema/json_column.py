"""A column that holds a JSON object, whatever the database calls that."""

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Dialect, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.types import TypeDecorator, TypeEngine

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class JsonColumn(TypeDecorator[Mapping[str, object]]):
    """PostgreSQL's JSONB; text in SQLite, whose functions read it."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the type that the driver knows."""
        return JSONB(none_as_null=True) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Mapping[str, object] | None, dialect: Dialect) -> Any:
        """Give *value* as the driver takes it; None is NULL."""
        return value if value is None or dialect.name == "postgresql" else _encode(value)
