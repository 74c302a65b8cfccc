"""Writes what the values of enums mean, for pages that people read."""

from codegen.contract.files import Enumeration, File
from codegen.writers.python_source import docstring, literal, long_literal, snake


def write_meanings(file: File) -> str:
    """The comments of the enums of *file*, by the names of their values."""
    about = docstring(f"What the values of the enums of {file.path} mean.", indent="")
    return "\n\n".join((about, *map(_meanings, file.enums.values())))


def _meanings(enum: Enumeration) -> str:
    items = "".join(
        f"{literal(name)}: {long_literal(comment)}, " for name, comment in enum.comments.items()
    )
    return f"{snake(enum.name).upper()}: Final[Mapping[str, str]] = {{{items}}}"
