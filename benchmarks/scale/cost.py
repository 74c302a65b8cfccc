"""What a load costs: processor seconds of each part, commits, and syncs of PostgreSQL's log."""

from collections.abc import Iterable
from typing import NamedTuple, Self
from urllib.request import urlopen

import psutil
import psycopg
from prometheus_client.parser import text_string_to_metric_families

from benchmarks.scale.store import Deployment
from tests.postgresql import PostgresServer


class Cost(NamedTuple):
    """What has been used up to a moment, or between two of them.

    *servers* has the processor seconds of each replica, *database* those of PostgreSQL, and
    *machine* those of all that runs on the machine, whoever started it. *commit_seconds* is
    how long batches took from their start until they were durable, the wait for the row of
    the store included.
    """

    servers: tuple[float, ...]
    database: float
    machine: float
    commits: float
    writes: float
    commit_seconds: float
    syncs: float
    sync_seconds: float

    @classmethod
    def so_far(cls, deployment: Deployment) -> Self:
        """What *deployment* has used since it was started."""
        database = deployment.database
        works = [_work(replica.metrics) for replica in deployment.replicas]
        commits, writes, commit_seconds = map(sum, zip(*works, strict=True))
        syncs, sync_seconds = syncs_of(database) if database else (0.0, 0.0)
        return cls(
            servers=tuple(_processor(each.server.process.pid) for each in deployment.replicas),
            database=processor_of_family(database.pid) if database else 0.0,
            machine=_machine(),
            commits=commits,
            writes=writes,
            commit_seconds=commit_seconds,
            syncs=syncs,
            sync_seconds=sync_seconds,
        )

    def since(self, before: Self) -> Self:
        """What was used since *before*."""
        servers = zip(self.servers, before.servers, strict=True)
        rest = zip(self[1:], before[1:], strict=True)
        return type(self)(tuple(now - then for now, then in servers), *(n - t for n, t in rest))


def _processor(pid: int) -> float:
    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)


def processor_of_family(pid: int) -> float:
    """Give the processor seconds of a process and all its children, ended ones too."""
    first = psutil.Process(pid)
    ended = first.cpu_times()
    used = [ended.children_user, ended.children_system, _processor(pid)]
    for child in first.children(recursive=True):
        try:
            used.append(_processor(child.pid))
        except psutil.NoSuchProcess:
            continue  # between the two it has become one that has ended
    return float(sum(used))


def _machine() -> float:
    times = psutil.cpu_times()
    return float(sum(times) - times.idle - times.iowait)


def _work(metrics: str) -> tuple[float, float, float]:
    """Give commits, the writes in them, and how long they took, of one replica."""
    with urlopen(f"http://{metrics}/metrics", timeout=5) as answer:
        text = answer.read().decode()
    names = ("items_commit_seconds_count", "items_commit_writes_sum", "items_commit_seconds_sum")
    found = dict(_samples(text))
    count, writes, seconds = (found[name] for name in names)
    return count, writes, seconds


def _samples(text: str) -> Iterable[tuple[str, float]]:
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            yield sample.name, sample.value


def syncs_of(database: PostgresServer) -> tuple[float, float]:
    """Give how often PostgreSQL has synced its log, and how many seconds that took."""
    with psycopg.connect(database.url) as connection:
        row = connection.execute("SELECT wal_sync, wal_sync_time FROM pg_stat_wal").fetchone()
    assert row is not None
    return float(row[0]), float(row[1]) / 1000
