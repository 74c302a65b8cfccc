"""The flags of a process, explained as a person spells them."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, CliSettingsSource

from items_runtime.configuration.wrong_settings import spelt, variable

_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {"timedelta": "DURATION", "str": "TEXT", "int": "NUMBER", "bool": "true|false"}
)


class Flags(CliSettingsSource[BaseSettings]):
    """Reads settings from the command line.

    What it overrides is pydantic's own: there is no other place for the words of the help.
    """

    def _metavar_format(self, obj: Any) -> str:
        """The name of a value: pydantic has those of Python's types."""
        text = re.sub(r"tuple\[(\w+),\.\.\.\]", r"\1", super()._metavar_format(obj))
        parts = re.sub(r"[{}]", "", text).replace(",", "|").split("|")
        return "|".join(_NAMES.get(part, part) for part in parts)

    def _help_format(self, field_name: str, field_info: FieldInfo, *_: Any, **__: Any) -> str:
        """What a setting means, its variable, and its default as a variable spells it."""
        default = spelt(field_info.default)
        shown = f"; default: {default}" if default else ""
        return f"{field_info.description} [{variable(field_name)}{shown}]".replace("%", "%%")
