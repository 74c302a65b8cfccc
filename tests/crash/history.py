"""Reads what a store holds from its file, beside the server that owns it."""

from contextlib import closing
from pathlib import Path

from pysqlite3 import dbapi2

from tests.crash.facts import Stored, Version

_VERSIONS = "SELECT revision, ordinal, item_id, actor FROM changes ORDER BY revision, ordinal"


def read_stored(path: Path) -> Stored:
    """All that the store at *path* holds, its history from the oldest version to the newest.

    Raises:
        AssertionError: SQLite finds the file damaged.
    """
    uri = f"file:{path}?mode=ro"
    with closing(dbapi2.connect(uri, uri=True, isolation_level=None)) as connection:
        connection.execute("BEGIN")
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        ((revision,),) = connection.execute("SELECT revision FROM store")
        versions = [Version(*row) for row in connection.execute(_VERSIONS)]
        items = dict(connection.execute("SELECT id, revision FROM items"))
    return Stored(revision, versions, items)
