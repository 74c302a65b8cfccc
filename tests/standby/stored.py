"""Reads what a store on PostgreSQL holds, beside the servers that use it."""

import json
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any

import psycopg

from items.v1 import items_pb2 as pb
from tests.crash.facts import Stored, Version
from tests.crash.feed.table import Table
from tests.postgresql import PostgresServer

_STORE = "SELECT revision, lost_revisions FROM store"
_VERSIONS = "SELECT revision, ordinal, item_id, actor FROM changes ORDER BY revision, ordinal"
_CHANGES = """
    SELECT revision, commit_time, actor, request_id, kind, payload
    FROM changes ORDER BY revision, ordinal
"""


def read_stored(server: PostgresServer) -> Stored:
    """All that the store there holds."""
    with psycopg.connect(server.url) as connection:
        revision, lost = connection.execute(_STORE).fetchone() or (0, "[]")
        versions = [Version(*row) for row in connection.execute(_VERSIONS)]
        items: dict[str, int] = dict(
            connection.execute("SELECT id, revision FROM items").fetchall()
        )
    return Stored(revision, versions, items, [tuple(each) for each in json.loads(lost)])


def read_table(server: PostgresServer) -> Table:
    """What each revision did, from the first to the newest."""
    with psycopg.connect(server.url) as connection:
        (store_id,) = connection.execute("SELECT store_id FROM store").fetchone() or ("",)
        return Table(store_id, tuple(_commits(connection)))


def _commits(connection: psycopg.Connection[Any]) -> Iterator[pb.ItemChanges]:
    for head, rows in groupby(connection.execute(_CHANGES), key=itemgetter(0, 1, 2, 3)):
        revision, micros, actor, request_id = head
        commit = pb.ItemChanges(revision=revision, actor=actor, request_id=request_id)
        commit.commit_time.FromMicroseconds(micros)
        for *_, kind, payload in rows:
            commit.changes.add(kind=kind, item=pb.Item.FromString(payload))
        yield commit
