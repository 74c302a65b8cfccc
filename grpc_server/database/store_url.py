"""Where a store is: the URL that an operator gives, checked before anything is touched."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from grpc_server.database.errors import StoreUnsupported
from items_runtime.configuration.passwords import without_password

_FORMS = "use sqlite:///relative.db, sqlite:////absolute.db or postgresql://host/database"
_POSTGRESQL = ("postgresql://", "postgres://")


def is_postgresql(url: str) -> bool:
    """Whether *url* is one of PostgreSQL, as libpq takes them."""
    return url.startswith(_POSTGRESQL)


def sqlite_path(url: str) -> Path:
    """Give the database file that *url* names, with links resolved.

    Raises StoreUnsupported, with what to write instead, if *url* names none.
    """
    parts = _parsed(url)
    if parts.drivername != "sqlite":
        raise StoreUnsupported(f"{parts.drivername!r} is not a supported database; {_FORMS}")
    if parts.host is not None:
        raise StoreUnsupported(f"{_shown(parts)}: a slash is missing; {_FORMS}")
    if parts.query:
        raise StoreUnsupported(f"{_shown(parts)}: options are not supported; {_FORMS}")
    return _file(parts)


def _parsed(url: str) -> URL:
    try:
        return make_url(url)
    except (ArgumentError, ValueError) as error:
        raise StoreUnsupported(
            f"{without_password(url)!r} is not a database URL; {_FORMS}"
        ) from error


def _file(parts: URL) -> Path:
    name = parts.database or ""
    if name in {"", ":memory:"}:
        raise StoreUnsupported(f"a store in memory would lose what it acknowledged; {_FORMS}")
    if "\0" in name or name.startswith("file:"):
        raise StoreUnsupported(f"{name!r} is not a path; {_FORMS}")
    path = Path(name).resolve()
    if path.is_dir():
        raise StoreUnsupported(f"{path} is a directory; name a file in it")
    return path


def _shown(parts: URL) -> str:
    return parts.render_as_string(hide_password=True)
