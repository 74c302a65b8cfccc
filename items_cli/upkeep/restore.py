"""`items restore`: put a backup in place of a store."""

from datetime import UTC, datetime
from pathlib import Path

import typer

from items_cli.upkeep.store_errors import store_errors
from store_tools import restore as tools


@store_errors()
def restore(store: str, file: Path, *, replaces: bool, is_another: bool) -> None:
    """Restore *store* from *file*, and print its revision, and what it has lost and replaced."""
    done = tools.restore(file, store, datetime.now(UTC), replaces=replaces, is_another=is_another)
    typer.echo(
        f"{done.path}: store as of revision {done.head.revision}, {_time(done.head.commit_time)}"
    )
    if done.lost is not None:
        _print_loss(done.head.store_id, done.head.revision, done.lost.last)
    if done.replaced is not None:
        typer.echo(f"the store that was there is {done.replaced}")


@store_errors()
def mark(store: str) -> None:
    """Mark *store* as restored by other means, and print what it has lost."""
    head, lost = tools.mark(store, datetime.now(UTC))
    _print_loss(head.store_id, head.revision, lost.last)


def _print_loss(store_id: str, revision: int, last_lost: int) -> None:
    typer.echo(
        f"what store {store_id} wrote after revision {revision} is lost: "
        f"it goes on with revision {last_lost + 1}"
    )


def _time(commit_time: datetime | None) -> str:
    return "empty" if commit_time is None else f"{commit_time:%Y-%m-%d %H:%M:%S} UTC"
