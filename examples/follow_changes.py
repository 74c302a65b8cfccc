"""A follower: keeps the names of all items in a database of its own, up to date.

    python examples/follow_changes.py --grpc 127.0.0.1:50051 --copy names.db

Stop it and start it again: it goes on where it was. The cursor is kept in the transaction
that applies the change, so that no change is applied twice, and none is left out.
"""

import argparse
import asyncio
import sqlite3
from collections.abc import Iterable

from items.v1 import items_pb2 as pb
from items_client import ItemsClient, SnapshotPart, Watch
from items_client.errors import RevisionCompacted, StoreMismatch

SCHEMA = """
CREATE TABLE IF NOT EXISTS names (id TEXT PRIMARY KEY, name TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cursor (revision INTEGER NOT NULL, store_id TEXT NOT NULL);
"""


async def main() -> None:
    """Follow until Ctrl-C."""
    parser = argparse.ArgumentParser(description="Keep the names of all items up to date.")
    parser.add_argument("--grpc", default="127.0.0.1:50051", help="default: %(default)s")
    parser.add_argument("--copy", default="names.db", help="default: %(default)s")
    options = parser.parse_args()
    copy = sqlite3.connect(options.copy)
    copy.executescript(SCHEMA)
    async with ItemsClient(options.grpc) as items:
        while True:
            try:
                await follow(items, copy)
            except (RevisionCompacted, StoreMismatch) as error:
                print(f"{error}: begins anew with a snapshot")
                with copy:
                    copy.execute("DELETE FROM cursor")


async def follow(items: ItemsClient, copy: sqlite3.Connection) -> None:
    """Apply what happens from the cursor on; without one, begin with a snapshot."""
    cursor = copy.execute("SELECT revision, store_id FROM cursor").fetchone()
    if cursor is None:
        watch = items.watch(snapshot=True)
    else:
        watch = items.watch(from_revision=cursor[0], store_id=cursor[1])
    async for event in watch:
        with copy:
            match event:
                case SnapshotPart(items=some, is_first=is_first):
                    if is_first:
                        copy.execute("DELETE FROM names")
                    put(copy, some)
                case pb.ItemChanges(changes=changes):
                    for change in changes:
                        apply(copy, change)
            keep(copy, watch)
        print(f"up to date at revision {event.revision}", flush=True)


def apply(copy: sqlite3.Connection, change: pb.ItemChange) -> None:
    """Do to the copy what *change* did to the store."""
    if change.item.HasField("delete_time"):
        copy.execute("DELETE FROM names WHERE id = ?", (change.item.id,))
    else:
        put(copy, [change.item])


def put(copy: sqlite3.Connection, items: Iterable[pb.Item]) -> None:
    """Create or replace the names of *items*."""
    rows = [(item.id, item.name) for item in items]
    copy.executemany("INSERT OR REPLACE INTO names VALUES (?, ?)", rows)


def keep(copy: sqlite3.Connection, watch: Watch) -> None:
    """Remember how far the copy has come; within a snapshot it has come nowhere."""
    if watch.revision is not None:
        copy.execute("DELETE FROM cursor")
        copy.execute("INSERT INTO cursor VALUES (?, ?)", (watch.revision, watch.store_id))


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except KeyboardInterrupt:
        print("stopped")
