"""What drivers raise -> StoreError: the one table, and where it is applied."""

from collections.abc import Iterator
from contextlib import contextmanager

from pysqlite3 import dbapi2
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError

from grpc_server.database.errors import (
    StoreCorrupt,
    StoreError,
    StoreInterrupted,
    StoreUnavailable,
)

_UNAVAILABLE = frozenset(
    {"BUSY", "LOCKED", "FULL", "IOERR", "READONLY", "CANTOPEN", "NOMEM", "INTERRUPT", "PROTOCOL"}
)
_CORRUPT = frozenset({"CORRUPT", "NOTADB", "FORMAT"})
_INTERRUPTED = ("08", "25006", "40", "53300", "55P03", "57P")
"""Lost connections, a standby, serialization and deadlocks, too many connections, a lock
that was not to be had in time, a server that shuts down or starts."""
_CLASSES_UNAVAILABLE = ("25", "53", "57", "58")
_CLASS_CORRUPT = "XX"


@contextmanager
def driver_errors_translated(where: str) -> Iterator[None]:
    """Raise StoreError, saying *where*, for each error of SQLAlchemy or of a driver.

    What the block raises of its own passes unchanged.
    """
    try:
        yield
    except DBAPIError as error:
        raise _kind_of(error)(f"{where}: {_said(error.orig)}") from error
    except dbapi2.Error as error:
        raise _kind_of_sqlite(error)(f"{where}: {error}") from error
    except SQLAlchemyError as error:
        raise StoreError(f"{where}: {error}") from error


def _said(error: BaseException | None) -> str:
    """Give what the database said of it, in one line, without the statement."""
    diagnosis = getattr(error, "diag", None)
    return " ".join((getattr(diagnosis, "message_primary", None) or str(error)).split())


def _kind_of(error: DBAPIError) -> type[StoreError]:
    if isinstance(error.orig, dbapi2.Error):
        return _kind_of_sqlite(error.orig)
    code: str | None = getattr(error.orig, "sqlstate", None)
    if code is None:
        is_lost = isinstance(error, OperationalError | InterfaceError)
        return StoreInterrupted if is_lost else StoreError
    return _kind_of_postgresql(code)


def _kind_of_sqlite(error: object) -> type[StoreError]:
    """Tell by SQLite's result code, the first word of which is the primary one."""
    name: str = getattr(error, "sqlite_errorname", "")
    code = name.removeprefix("SQLITE_").split("_", maxsplit=1)[0]
    if code in _CORRUPT:
        return StoreCorrupt
    return StoreUnavailable if code in _UNAVAILABLE else StoreError


def _kind_of_postgresql(code: str) -> type[StoreError]:
    """Tell by the SQLSTATE, of which the first two characters are the class.

    https://www.postgresql.org/docs/current/errcodes-appendix.html
    """
    if code.startswith(_INTERRUPTED):
        return StoreInterrupted
    if code.startswith(_CLASSES_UNAVAILABLE):
        return StoreUnavailable
    return StoreCorrupt if code.startswith(_CLASS_CORRUPT) else StoreError
