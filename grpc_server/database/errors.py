"""What the store raises: drivers' own errors never leave the database package.

StoreError
├── StoreUnavailable   the database did not answer; nothing was written
│   └── StoreInterrupted   it broke the transaction off; another try may succeed
├── ReadCancelled      nobody waits for the read any more
├── CommitUnknown      the connection broke during a commit; it may be written or not
├── StoreLocked        another process owns the file
├── StoreCorrupt       what was read is not what was written
└── StoreUnsupported   the URL, the SQLite or the schema cannot be used
"""


class StoreError(Exception):
    """The database failed."""


class StoreUnavailable(StoreError):
    """The database did not answer, and nothing was written."""


class StoreInterrupted(StoreUnavailable):
    """The transaction was broken off, and nothing was written; another try may succeed."""


class ReadCancelled(StoreError):
    """The read was cancelled: its caller has gone, or its deadline has passed."""


class CommitUnknown(StoreError):
    """The connection broke during a commit, which may be written or not."""


class StoreLocked(StoreError):
    """Another process owns the database file."""


class StoreCorrupt(StoreError):
    """What was read from the database is not what was written to it."""


class StoreUnsupported(StoreError):
    """The database cannot be used by this version of the service."""
