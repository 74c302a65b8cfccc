"""What the doctor says of a file's mode, and of the standbys of a database."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import text
from structlog.testing import capture_logs

from grpc_server.database.opening import open_store
from tests.dialects import new_store_url, stores_on
from tests.grpc_server.database.test_files import let_everybody_enter
from tests.new_stores import engine_at
from tests.postgresql import PostgresServer
from tests.standby.cluster import primary, standby_of, wait_for_standbys
from tests.store_tools.test_doctor import examined, said

UNPROTECTED = (
    "commits wait for none of the standbys that the database has (1): a failover may lose "
    "acknowledged writes; set synchronous_standby_names"
)


def test_a_file_that_everybody_can_read_is_told(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/items.db"
    open_store(url).close()
    assert said(examined(url).findings) == []
    (tmp_path / "items.db").chmod(0o644)
    let_everybody_enter(tmp_path)
    (finding,) = examined(url).findings
    assert str(finding).startswith("file mode: everybody on this machine can read")
    assert not finding.is_damage


def test_a_failover_that_no_server_has_noticed_is_told(tmp_path: Path) -> None:
    with stores_on("postgresql", tmp_path):
        url = new_store_url(tmp_path)
        with engine_at(url) as engine, engine.begin() as connection:
            connection.execute(text("UPDATE store SET timeline = timeline - 1"))
        (finding,) = examined(url).findings
    assert "replication: the database was promoted" in str(finding)
    assert not finding.is_damage


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    with primary() as running:
        yield running


def test_standbys_that_no_commit_waits_for_are_told_by_the_doctor_and_at_each_start(
    server: PostgresServer,
) -> None:
    url = as_anybody(server)
    with capture_logs() as logs:
        open_store(url).close()
        assert logs == []
        with standby_of(server):
            open_store(url).close()
            assert [line["event"] for line in logs] == [UNPROTECTED]
            assert said(examined(url).findings) == [f"replication: {UNPROTECTED}"]
            wait_for_standbys(server, "standby")
            open_store(url).close()
            assert said(examined(url).findings) == []
    assert len(logs) == 1


def as_anybody(server: PostgresServer) -> str:
    """The URL of a database whose owner is no administrator."""
    role = f"role_{uuid4().hex}"
    with engine_at(server.url) as engine, engine.connect() as connection:
        plain = connection.execution_options(isolation_level="AUTOCOMMIT")
        plain.execute(text(f"CREATE ROLE {role} LOGIN"))
        plain.execute(text(f"CREATE DATABASE {role} OWNER {role}"))
    return f"postgresql://{role}@/{role}?host={server.folder}"
