"""The help of a command: Typer's, without the types of Python.

A flag has no `<bool>`, and an argument is `FILE`, not `{FILE} <path>`.
"""

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class PlainOption(TyperOption):
    """An option that is shown with the name of its value, if it has one."""

    def display_type_rich(self, ctx: Any) -> str | None:  # noqa: ARG002  # Typer's signature
        """Return the name of the value; a flag has none."""
        return self.metavar

    def get_error_hint(self) -> str:
        """Return the option and its variables, one of which holds the wrong value."""
        variables = [self.envvar] if isinstance(self.envvar, str) else self.envvar or []
        return " or ".join((self.opts[-1], *variables))

    def _get_number_range_help_str(self) -> str | None:
        """Return no range: the help text has it."""
        return None


class PlainArgument(TyperArgument):
    """An argument that is shown by its name alone."""

    def display_type_rich(self, ctx: Any) -> str | None:  # noqa: ARG002  # Typer's signature
        """Return no type: the name says enough."""
        return None

    def _get_number_range_help_str(self) -> str | None:
        """Return no range: the help text has it."""
        return None

    def _usage_display_name(self) -> str:
        """Return the name, in brackets if it is optional, as in manual pages."""
        name = self.display_name_raw
        name = name if self.required else f"[{name}]"
        return name if self.nargs == 1 else f"{name}..."


class Command(TyperCommand):
    """A command with a plain help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, and the option that shows the help."""
        return [_plain(param) for param in super().get_params(ctx)]


class Group(TyperGroup):
    """A group of commands with a plain help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the parameters, and the option that shows the help."""
        return [_plain(param) for param in super().get_params(ctx)]


def _plain(param: Any) -> Any:
    """Return *param* as a class of this module: Typer has no other way to change its help."""
    if type(param) is TyperOption:
        param.__class__ = PlainOption
    elif type(param) is TyperArgument:
        param.__class__ = PlainArgument
    return param
