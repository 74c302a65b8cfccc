"""Expressions that the databases write in different ways: each gets its own."""

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Text, any_, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import BindParameter, FunctionElement, bindparam
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

Sql = ColumnElement[Any]

_SURROGATE = re.compile("[\ud800-\udfff]")


class PerDialect(FunctionElement[Any]):
    """The same value, *sqlite* for SQLite and *postgresql* for PostgreSQL; of *type_*."""

    inherit_cache = True
    name = "per_dialect"

    def __init__(self, *, sqlite: Sql, postgresql: Sql, type_: TypeEngine[Any]) -> None:
        super().__init__(sqlite, postgresql)
        self.type = type_


def per_dialect(*, sqlite: Sql, postgresql: Sql) -> PerDialect:
    """Give a condition that is true where that of the dialect is.

    It has no type: of a Boolean, SQLAlchemy would ask SQLite whether it ``= 1``, for which
    there is no index.
    """
    return PerDialect(sqlite=sqlite, postgresql=postgresql, type_=NullType())


@compiles(PerDialect, "sqlite")
def _for_sqlite(element: PerDialect, compiler: SQLCompiler, **options: Any) -> str:
    return _grouped(element, 0, compiler, options)


@compiles(PerDialect, "postgresql")
def _for_postgresql(element: PerDialect, compiler: SQLCompiler, **options: Any) -> str:
    return _grouped(element, 1, compiler, options)


def _grouped(element: PerDialect, place: int, compiler: SQLCompiler, options: Any) -> str:
    chosen = list(element.clauses)[place]
    return f"({compiler.process(chosen, **options)})"


class Texts(TypeDecorator[Sequence[str]]):
    """A list of texts as one parameter: an array, or JSON where there are no arrays."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Give the type that the driver knows."""
        return ARRAY(Text()) if dialect.name == "postgresql" else Text()

    def process_bind_param(self, value: Sequence[str] | None, dialect: Dialect) -> Any:
        """Give *value* as the driver takes it, without what no column can hold."""
        if dialect.name == "postgresql":
            return storable(value or (), dialect)
        return json.dumps(list(value or ()))


def storable(values: Iterable[str], dialect: Dialect) -> list[str]:
    """Give those of *values* that a statement can ask for."""
    if dialect.name != "postgresql":
        return list(values)
    return [text for text in values if _is_storable(text)]


def _is_storable(text: str) -> bool:
    """Whether PostgreSQL takes *text*: it has no NUL, and no half of a surrogate pair."""
    return "\0" not in text and (text.isascii() or not _SURROGATE.search(text))


def texts(name: str) -> BindParameter[Any]:
    """Give the parameter *name*, whose value is a collection of texts."""
    return bindparam(name, type_=Texts())


def among(column: Sql, values: BindParameter[Any]) -> Sql:
    """True if *column* is one of the texts that *values* is bound to.

    However many, they are one parameter and one statement.
    """
    each = func.json_each(values).table_valued("value")
    return per_dialect(sqlite=column.in_(select(each.c.value)), postgresql=column == any_(values))
