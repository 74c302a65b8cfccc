"""Three PostgreSQL servers: one takes writes, and each of those is on another one, too."""

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field

from tests.postgresql import PostgresServer
from tests.standby.cluster import (
    ask,
    children,
    configure,
    follow,
    primary,
    promote,
    source,
    standby_of,
    wait_for_standbys,
)

NAMES = ("one", "two", "three")


@dataclass
class Three:
    """The servers by their names, and which of them takes writes."""

    servers: dict[str, PostgresServer]
    primary: str = NAMES[0]
    dead: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where the store is: whoever of them takes writes."""
        return url_of(self.servers.values())

    @property
    def writable(self) -> PostgresServer:
        """The one that takes writes."""
        return self.servers[self.primary]

    @property
    def standbys(self) -> Sequence[str]:
        """The names of the others, if they live."""
        return [name for name in NAMES if name != self.primary and name not in self.dead]

    def kill_primary(self) -> None:
        """Let the one that takes writes vanish, as when its machine loses power."""
        kill(self.writable)
        self.dead.append(self.primary)

    def promote_the_newest(self) -> None:
        """Let the standby that has the most take writes, and the other one follow it."""
        self.primary = max(self.standbys, key=lambda name: received(self.servers[name]))
        promote(self.writable)
        for name in self.standbys:
            configure(self.servers[name], "primary_conninfo", source(self.writable, name))

    def bring_back(self) -> None:
        """Let the dead begin anew, as standbys."""
        for name in self.dead:
            follow(self.servers[name], self.writable, name)
        self.dead = []


def url_of(servers: Iterable[PostgresServer]) -> str:
    """The URL of several servers, any of which may be the one."""
    return f"postgresql://postgres@/postgres?host={','.join(str(s.folder) for s in servers)}"


@contextmanager
def three_servers() -> Iterator[Three]:
    """Three of them; a commit waits until one of the standbys has it on its disk."""
    with ExitStack() as running:
        first = running.enter_context(primary())
        wait_for_standbys(first, f"ANY 1 ({', '.join(NAMES)})")
        servers = {NAMES[0]: first}
        for name in NAMES[1:]:
            servers[name] = running.enter_context(standby_of(first, name))
        yield Three(servers)


def kill(server: PostgresServer) -> None:
    """Kill all processes of the server at once: none may say a last word."""
    processes = [server.pid, *children(server.pid)]
    for end in (signal.SIGSTOP, signal.SIGKILL):
        for process in processes:
            with suppress(ProcessLookupError):
                os.kill(process, end)
    server.stop(signal.SIGKILL)


def received(standby: PostgresServer) -> int:
    """How much of the log the standby has on its disk."""
    return int(ask(standby, _RECEIVED))


_RECEIVED = "SELECT coalesce(pg_last_wal_receive_lsn(), pg_last_wal_replay_lsn()) - '0/0'::pg_lsn"
