"""How processes that share a database hear of one another's commits.

A notification may get lost: who relies on it only waits longer. It is sent after the
commit, not in it: PostgreSQL lets one transaction at a time commit that has notified.
"""

import re
import time
from threading import Event

import psycopg
import structlog

from grpc_server.database.postgresql.engines import ConnectionSettings, PatientConnection, connect

_CHANNEL = "items_v1_revision"

_REVISION = re.compile("[1-9][0-9]{0,18}", re.ASCII)

_QUIET_SECONDS = 60.0
"""How long after the log said that a notification makes no sense it does not say so again."""

_log = structlog.get_logger(__name__)


class PostgresqlBell:
    """LISTEN and NOTIFY, on a connection for each; see `Bell`."""

    def __init__(self, settings: ConnectionSettings) -> None:
        self._settings = settings
        self._speaking: PatientConnection | None = None
        self._listening: PatientConnection | None = None
        self._quiet_until = 0.0

    def ring(self, revision: int) -> None:
        """Tell all processes, this one too, that the store is at *revision*."""
        try:
            if self._speaking is None or self._speaking.closed:
                self._speaking = connect(self._settings)
            self._speaking.execute("SELECT pg_notify(%s, %s)", (_CHANNEL, str(revision)))
        except psycopg.Error as error:
            _log.warning("others were not told of a commit", error=str(error))

    def heard(self, patience: float) -> int | None:
        """Wait until somebody rings; None if somebody may have rung unheard, or in the end."""
        try:
            if self._listening is None or self._listening.closed:
                self._listening = _listen(self._settings)
                return None  # whoever rang before was not heard
            rung = self._listening.notifies(timeout=patience, stop_after=1)
            return max(filter(None, map(self._revision, rung)), default=None)
        except psycopg.Error as error:
            _log.warning("commits of others are not heard of, but looked for", error=str(error))
            time.sleep(patience)
            return None

    def _revision(self, notification: psycopg.Notify) -> int | None:
        """The revision that *notification* tells: any user of the database may send one."""
        if _REVISION.fullmatch(notification.payload):
            return int(notification.payload)
        if time.monotonic() >= self._quiet_until:
            self._quiet_until = time.monotonic() + _QUIET_SECONDS
            _log.warning("a notification tells no revision", backend=notification.pid)
        return None

    def close(self) -> None:
        """Release both connections; nobody may wait."""
        for connection in (self._speaking, self._listening):
            if connection is not None:
                connection.close()


def _listen(settings: ConnectionSettings) -> PatientConnection:
    connection = connect(settings)
    connection.execute(f"LISTEN {_CHANNEL}")
    return connection


class SilentBell:
    """For where notifications do not get through, as behind some poolers; see `Bell`.

    It is heard in this process only.
    """

    def __init__(self) -> None:
        self._rung = Event()

    def ring(self, revision: int) -> None:  # noqa: ARG002  # as the other's
        """Tell nobody but who waits here."""
        self._rung.set()

    def heard(self, patience: float) -> int | None:
        """Wait until it is rung here, or for *patience* seconds."""
        self._rung.wait(patience)
        self._rung.clear()
        return None

    def close(self) -> None:
        """Release nothing."""
