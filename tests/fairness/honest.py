"""The honest client: it runs small errands over and over, and reports how long they took.

Run as `python -m tests.fairness.honest HTTP_HOST HTTP_PORT GRPC_ADDRESS`, in a process of its
own, so that the interpreter of an attacker does not delay it. For each line of its standard
input it prints a JSON object with an `Errand` for each name, of the time since the line
before; what was under way is waited for. It ends with its standard input.
"""

import http.client
import json
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from threading import Event, Thread

import grpc

from items.v1 import items_pb2 as pb
from tests.fairness.stubs import stub

ITEM = "honest"
"""The item that all errands are about."""

PAUSE = 0.025
"""Seconds between two rounds of an errand."""

PATIENCE = 30.0
"""Seconds after which an errand counts as failed."""


@dataclass
class Errand:
    """How an errand went: how often, the longest wait in seconds, and how it failed."""

    rounds: int = 0
    longest: float = 0.0
    failures: list[str] = field(default_factory=list)

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one round; a failure is noted, not raised."""
        started = time.monotonic()
        try:
            yield
        except (AssertionError, OSError, http.client.HTTPException, grpc.RpcError) as error:
            self.failures.append(f"{type(error).__name__}: {error}"[:300])
        self.took(time.monotonic() - started)

    def took(self, seconds: float) -> None:
        """Note a round of *seconds*."""
        self.longest = max(self.longest, seconds)
        self.rounds += 1

    def report(self) -> "Errand":
        """Return what was noted, and forget all but the number of rounds."""
        noted = Errand(self.rounds, self.longest, self.failures)
        self.longest, self.failures = 0.0, []
        return noted


class Client:
    """The errands at one service; each has a connection, and a thread, of its own."""

    def __init__(self, host: str, port: int, grpc_address: str) -> None:
        self._host, self._port = host, port
        self._grpc = grpc_address
        self._watching = Event()
        self._written: dict[int, float] = {}
        self._delivered = 0
        self._errands: dict[str, Errand] = {}

    def start(self) -> None:
        """Run the errands in threads, for ever."""
        self._create()
        self._begin("REST health", lambda errand: self._ask(errand, "/healthz"))
        self._begin("REST get", lambda errand: self._ask(errand, f"/v1/items/{ITEM}"))
        self._begin("REST list", lambda errand: self._ask(errand, "/v1/items?pageSize=5"))
        self._begin("REST write", self._write)
        self._begin("gRPC get", self._get)
        self._begin("gRPC watch", self._watch)

    def report(self) -> dict[str, Errand]:
        """Return how the errands went since the last report, with what is under way now."""
        begun = {name: errand.rounds for name, errand in self._errands.items()}
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends and any(
            errand.rounds < begun[name] + 2 for name, errand in self._errands.items()
        ):
            time.sleep(PAUSE)
        self._count_undelivered()
        return {name: errand.report() for name, errand in self._errands.items()}

    def _begin(self, name: str, rounds: Callable[[Errand], None]) -> None:
        errand = self._errands[name] = Errand()
        Thread(target=rounds, args=(errand,), name=name, daemon=True).start()

    def _create(self) -> None:
        request = pb.ReplaceItemRequest(item=pb.Item(id=ITEM, name="Honest"))
        with grpc.insecure_channel(self._grpc) as channel:
            stub(channel).ReplaceItem(request, timeout=PATIENCE, wait_for_ready=True)

    def _ask(self, errand: Errand, target: str) -> None:
        connection = self._connection()
        while True:
            time.sleep(PAUSE)
            with errand.timed():
                _answer(connection, "GET", target)

    def _write(self, errand: Errand) -> None:
        connection = self._connection()
        self._watching.wait(PATIENCE)
        while True:
            time.sleep(PAUSE)
            with errand.timed():
                body = json.dumps({"labels": {"round": str(errand.rounds)}})
                answer = _answer(connection, "PATCH", f"/v1/items/{ITEM}", body)
                revision = int(json.loads(answer)["revision"])
                if revision > self._delivered:
                    self._written[revision] = time.monotonic()

    def _get(self, errand: Errand) -> None:
        with grpc.insecure_channel(self._grpc) as channel:
            while True:
                time.sleep(PAUSE)
                with errand.timed():
                    stub(channel).GetItem(pb.GetItemRequest(id=ITEM), timeout=PATIENCE)

    def _watch(self, errand: Errand) -> None:
        """See each write; the wait is from its answer to its delivery. The watch has no end."""
        request = pb.WatchItemsRequest(filter=f'id = "{ITEM}"')
        while True:
            with grpc.insecure_channel(self._grpc) as channel:
                try:
                    for message in stub(channel).WatchItems(request, wait_for_ready=True):
                        self._watching.set()
                        self._see(errand, message)
                except grpc.RpcError as error:
                    errand.failures.append(f"watch: {error}"[:300])

    def _see(self, errand: Errand, message: pb.WatchItemsResponse) -> None:
        for changes in message.commits.commits:
            self._delivered = changes.revision
            now = time.monotonic()
            errand.took(now - self._written.pop(changes.revision, now))

    def _count_undelivered(self) -> None:
        now = time.monotonic()
        for revision, answered in list(self._written.items()):
            if revision > self._delivered:
                self._errands["gRPC watch"].took(now - answered)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self._host, self._port, timeout=PATIENCE)


def _answer(
    connection: http.client.HTTPConnection, method: str, target: str, body: str | None = None
) -> bytes:
    headers = {"Content-Type": "application/merge-patch+json"} if body else {}
    try:
        connection.request(method, target, body, headers)
        response = connection.getresponse()
        answer = response.read()
    except (OSError, http.client.HTTPException):
        connection.close()  # the next round connects anew
        raise
    assert response.status < http.client.BAD_REQUEST, f"{response.status} {answer[:200]!r}"
    return answer


def main() -> None:
    """Run with the addresses of the command line."""
    host, port, grpc_address = sys.argv[1:]
    client = Client(host, int(port), grpc_address)
    client.start()
    for _ in sys.stdin:
        report = {name: asdict(errand) for name, errand in client.report().items()}
        print(json.dumps(report), flush=True)  # noqa: T201  # its reader waits for it


if __name__ == "__main__":
    main()
