"""The output of `items watch`: changes to standard output, interruptions to standard error."""

from collections.abc import Callable

import typer

from items.v1 import items_pb2 as pb
from items_cli.errors import reason
from items_cli.output.change_text import change_lines, item_line
from items_cli.output.item_text import as_line
from items_cli.output.terminal import printable, say
from items_client import SnapshotPart, Watch, WatchObserver
from items_client.errors import ItemsError
from items_client.guarantees import Complaint, Verifier

Print = Callable[[str], None]


class Reporter(WatchObserver):
    """An observer that prints when a watch is interrupted and, if it *verifies*, what it breaks."""

    def __init__(self, *, verifies: bool) -> None:
        self._verifier = Verifier(self._complain) if verifies else WatchObserver()
        self._is_interrupted = False
        self.complaints = 0

    def asked(self, request: pb.WatchItemsRequest) -> None:
        """Pass *request* to the verifier."""
        self._verifier.asked(request)

    def received(self, message: pb.WatchItemsResponse) -> None:
        """Pass *message* to the verifier; after an interruption, print that the watch is back."""
        if self._is_interrupted:
            self._is_interrupted = False
            say("Connected again.")
        self._verifier.received(message)

    def interrupted(self, error: ItemsError, delay: float) -> None:  # noqa: ARG002  # it is short
        """Print the reason of an interruption, once."""
        if not self._is_interrupted:
            say(f"Interrupted: {printable(reason(error))}. Connecting again ...")
        self._is_interrupted = True

    def _complain(self, complaint: Complaint) -> None:
        self.complaints += 1
        say(printable(str(complaint)))


class Follower:
    """The printer of a watch; it prints at most *limit* changes."""

    def __init__(self, *, as_json: bool, limit: int | None) -> None:
        self._as_json = as_json
        self._limit = limit
        self._has_snapshot = False
        self.printed = 0

    async def follow(self, watch: Watch) -> None:
        """Print the events of *watch* until the limit is reached."""
        async for event in watch:
            match event:
                case SnapshotPart():
                    self._show_part(event)
                case pb.ItemChanges():
                    self._show_commit(event)
            if self._limit is not None and self.printed >= self._limit:
                return

    def _show_part(self, part: SnapshotPart) -> None:
        if part.is_first and self._has_snapshot:
            say("The snapshot starts over.")
        self._has_snapshot = True
        if self._as_json:
            typer.echo(as_line(_message(part)))
            return
        for item in part.items:
            typer.echo(item_line(item))

    def _show_commit(self, commit: pb.ItemChanges) -> None:
        """Print one revision: one line of JSON, or one line for each change."""
        if self._as_json:
            typer.echo(as_line(commit))
            self.printed += len(commit.changes)
            return
        for line in change_lines(commit):
            if self.printed == self._limit:
                return
            typer.echo(line)
            self.printed += 1


def _message(part: SnapshotPart) -> pb.WatchItemsResponse:
    """Return *part* as the message of the wire, which differs from that of a revision."""
    snapshot = pb.ItemSnapshot(revision=part.revision, items=part.items, complete=part.is_last)
    return pb.WatchItemsResponse(snapshot=snapshot)
