"""`items backup`: copy a store into a file."""

from pathlib import Path

import typer

from items_cli.upkeep.store_errors import store_errors
from store_tools.backup import back_up

_THOUSAND = 1000


@store_errors()
def backup(store: str, file: Path, *, replaces: bool) -> None:
    """Write the backup *file*, and print its contents, its size and the time it took."""
    made = back_up(store, file, replaces=replaces)
    typer.echo(
        f"{made.path}: store {made.store_id} at revision {made.revision}, "
        f"{_size(made.size)} in {made.seconds:.2f} s"
    )


def _size(size: int) -> str:
    """Return *size*, in bytes, in the unit that leaves the fewest digits."""
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < _THOUSAND:
            break
        value, unit = value / _THOUSAND, larger
    return f"{value:.0f} {unit}" if unit == "B" else f"{value:.1f} {unit}"
