"""The help of a command: as Typer shows it, without the types of Python.

A flag is a flag, and no `<bool>`; an argument is `FILE`, and no `{FILE} <path>`.
"""

from typing import Any

from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption


class PlainOption(TyperOption):
    """An option that shows the name of its value, if it has one."""

    def display_type_rich(self, ctx: Any) -> str | None:  # noqa: ARG002  # Typer's signature
        """The name of the value; a flag has none."""
        return self.metavar

    def get_error_hint(self) -> str:
        """The option and its variables, one of which holds the wrong value."""
        variables = [self.envvar] if isinstance(self.envvar, str) else self.envvar or []
        return " or ".join((self.opts[-1], *variables))

    def _get_number_range_help_str(self) -> str | None:
        """Nothing: the help says which numbers there are."""
        return None


class PlainArgument(TyperArgument):
    """An argument that shows its name alone."""

    def display_type_rich(self, ctx: Any) -> str | None:  # noqa: ARG002  # Typer's signature
        """Nothing: the name says it."""
        return None

    def _get_number_range_help_str(self) -> str | None:
        """Nothing: the help says which numbers there are."""
        return None

    def _usage_display_name(self) -> str:
        """The name, in brackets if it may be left out, as manual pages have it."""
        name = self.display_name_raw
        name = name if self.required else f"[{name}]"
        return name if self.nargs == 1 else f"{name}..."


class Command(TyperCommand):
    """A command with a plain help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, and the option that shows the help."""
        return [_plain(param) for param in super().get_params(ctx)]


class Group(TyperGroup):
    """A group of commands with a plain help."""

    def get_params(self, ctx: Any) -> list[Any]:
        """The parameters, and the option that shows the help."""
        return [_plain(param) for param in super().get_params(ctx)]


def _plain(param: Any) -> Any:
    """Make *param* show itself plainly: Typer has no other place for a class of our own."""
    if type(param) is TyperOption:
        param.__class__ = PlainOption
    elif type(param) is TyperArgument:
        param.__class__ = PlainArgument
    return param
