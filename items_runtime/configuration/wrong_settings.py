"""Settings that cannot be used: one line each, with the variable, the flag and an example."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, Final

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings

SHOWN: Final = 60
"""How many characters of a wrong value are shown."""

_BY_TYPE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "bool_parsing": "it must be true or false",
        "int_parsing": "it must be a whole number",
        "int_from_float": "it must be a whole number",
        "int_parsing_size": "the number is too large",
        "literal_error": "it must be {expected}",
        "greater_than": "it must be more than {gt}",
        "greater_than_equal": "it must be at least {ge}",
        "less_than": "it must be less than {lt}",
        "less_than_equal": "it must be at most {le}",
    }
)
"""What is wrong, by pydantic's name of the error; its `ctx` fills the braces."""


def explain(error: ValidationError, kind: type[BaseSettings]) -> str:
    """Explain what is wrong with settings of *kind*: a line each, without any secret."""
    wrong: dict[str, list[ErrorDetails]] = {}
    for found in error.errors(include_url=False):
        wrong.setdefault(str(found["loc"][0]), []).append(found)
    lines = [_line(name, found, kind.model_fields[name]) for name, found in wrong.items()]
    if len(lines) == 1:
        return lines[0]
    return "\n".join((f"{len(lines)} settings are wrong:", *(f"  {line}" for line in lines)))


def variable(name: str) -> str:
    """Return the environment variable of the setting *name*."""
    return f"ITEMS_{name.upper()}"


def flag(name: str) -> str:
    """Return the flag of the setting *name*."""
    return f"--{name.replace('_', '-')}"


def example(field: FieldInfo) -> str:
    """Return a right value of the setting, as a variable spells it; empty if none is known."""
    return spelt(field.examples[0] if field.examples else field.default)


def spelt(value: Any) -> str:
    """Spell *value* as a variable does; empty for None."""
    if value is None:
        return ""
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _line(name: str, found: list[ErrorDetails], field: FieldInfo) -> str:
    given = _given(found[0]["input"])
    reasons = ", or ".join(dict.fromkeys(map(_reason, found)))
    right = example(field)
    hint = f"; for example {right}" if right else ""
    return f"{variable(name)} ({flag(name)}){given}: {reasons}{hint}"


def _given(value: object) -> str:
    """Show what was given, unless it is absent, or may hold a password as URLs do."""
    if not isinstance(value, str) or "@" in value or "://" in value:
        return ""
    if not value:
        return " is empty"
    return f" is {value[:SHOWN]!r}{'...' if len(value) > SHOWN else ''}"


def _reason(found: ErrorDetails) -> str:
    pattern = _BY_TYPE.get(found["type"])
    if pattern is not None:
        context = {key: spelt(value) for key, value in found.get("ctx", {}).items()}
        return pattern.format(**context)
    return found["msg"].removeprefix("Value error, ")


def _duration(value: timedelta) -> str:
    days, rest = divmod(value, timedelta(days=1))
    return f"P{days}D" if days and not rest else f"{value.total_seconds():g}"
