"""Whether a failover of the database may lose what was acknowledged."""

from sqlalchemy import Connection, text

_STANDBYS = text(
    "SELECT count(*) FROM pg_stat_replication "
    "WHERE current_setting('synchronous_standby_names') = '' AND NOT pg_is_in_recovery()"
)
"""Any role sees that there are such processes, if not what they do."""


def unprotected(connection: Connection) -> str | None:
    """Say that there are standbys which no commit waits for; None if that is not so."""
    if connection.dialect.name != "postgresql":
        return None
    standbys = connection.execute(_STANDBYS).scalar_one()
    if not standbys:
        return None
    return (
        f"commits wait for none of the standbys that the database has ({standbys}): a failover "
        "may lose acknowledged writes; set synchronous_standby_names"
    )
