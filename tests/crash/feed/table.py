"""Reads the `changes` table from the file of a store, beside the server that owns it."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from pysqlite3 import dbapi2

from items.v1 import items_pb2 as pb

_CHANGES = """
    SELECT revision, commit_time, actor, request_id, kind, payload
    FROM changes ORDER BY revision, ordinal
"""


@dataclass(frozen=True, slots=True)
class Table:
    """The `changes` table of a store: what each revision did, from the first to the newest."""

    store_id: str
    commits: Sequence[pb.ItemChanges]


def read_table(path: Path) -> Table:
    """The table of the store at *path*."""
    uri = f"file:{path}?mode=ro"
    with closing(dbapi2.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        ((store_id,),) = connection.execute("SELECT store_id FROM store")
        return Table(store_id, tuple(_commits(connection)))


def _commits(connection: Any) -> Iterator[pb.ItemChanges]:
    for head, rows in groupby(connection.execute(_CHANGES), key=itemgetter(0, 1, 2, 3)):
        revision, micros, actor, request_id = head
        commit = pb.ItemChanges(revision=revision, actor=actor, request_id=request_id)
        commit.commit_time.FromMicroseconds(micros)
        for *_, kind, payload in rows:
            commit.changes.add(kind=kind, item=pb.Item.FromString(payload))
        yield commit
