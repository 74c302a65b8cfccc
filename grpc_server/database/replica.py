"""A standby of a PostgreSQL, for reads: a copy that another server keeps by streaming."""

from collections.abc import Callable
from contextlib import ExitStack

from sqlalchemy import func, select

from grpc_server.database.driver_errors import driver_errors_translated
from grpc_server.database.errors import StoreUnsupported
from grpc_server.database.pool import Connections
from grpc_server.database.schema.tables import store
from grpc_server.database.sql.sql_store import Roles, SqlStore
from grpc_server.database.store import PATIENCE_SECONDS, StandbyStore, Standing
from grpc_server.database.store_url import is_postgresql
from items_runtime.configuration.passwords import without_password

_STANDING = select(
    store.c.store_id, store.c.revision, func.pg_is_in_recovery().label("is_following")
)


def standby_at(
    url: str, patience: float = PATIENCE_SECONDS, *, readers: int = 5
) -> Callable[[], StandbyStore]:
    """Give what opens the standby at *url*, which need not answer yet.

    *readers* snapshots can be read at a time, and it has *patience* seconds to answer. What
    is given raises StoreError if nobody
    answers there, or no standby. Of several hosts, it takes one that is a standby.

    Raises StoreUnsupported if *url* is not that of a PostgreSQL.
    """
    if not is_postgresql(url):
        raise StoreUnsupported(
            f"{without_password(url)!r} cannot be read from: only a PostgreSQL has standbys"
        )
    try:
        from grpc_server.database.postgresql import engines  # noqa: PLC0415  # an extra
    except ImportError as error:
        raise StoreUnsupported(f"PostgreSQL needs the extra `postgres` ({error})") from error
    settings = engines.connection_settings(url, patience, wanted="standby")
    where = settings.where

    def opened() -> StandbyStore:
        with ExitStack() as parts, driver_errors_translated(where):
            reading = Connections(engines.reading_engine(settings), readers)
            parts.callback(reading.close)
            getting = Connections(engines.getting_engine(settings), 1)
            parts.callback(getting.close)
            looking = Connections(engines.getting_engine(settings), 1)
            parts.callback(looking.close)
            return SqlStandby(where, reading, getting, looking, parts.pop_all())

    return opened


class SqlStandby(SqlStore):
    """A standby that is connected to; see `StandbyStore` for what each method promises."""

    def __init__(
        self,
        where: str,
        reading: Connections,
        getting: Connections,
        looking: Connections,
        parts: ExitStack,
    ) -> None:
        # Nothing writes here; what would is refused by a connection that only reads.
        super().__init__(where, Roles(getting=getting, reading=reading, writing=reading), parts)
        self._looking = looking

    def standing(self) -> Standing:
        """Where it stands, on a connection that reads do not hold up."""
        with driver_errors_translated(self._where), self._looking.transaction() as connection:
            return Standing(*connection.execute(_STANDING).one())
