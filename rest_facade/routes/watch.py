"""The route of the watch: the changes of items as they happen."""

import re

from grpc import StatusCode
from starlette.responses import Response

from items.v1 import items_models as models
from items.v1 import items_pb2 as pb
from items.v1 import items_requests as requests
from rest_facade.answers.event_forms import FORMS
from rest_facade.answers.streams import EventAnswer
from rest_facade.problems.problems import Place, Violation, invalid
from rest_facade.requests.call import Call
from rest_facade.routes.operations import Operation
from rest_facade.upstream.resumable_watch import ResumableWatch

LAST_EVENT_ID = "Last-Event-ID"

MAX_REVISION = 2**63 - 1

PASSING = frozenset(
    {
        StatusCode.ABORTED,
        StatusCode.DEADLINE_EXCEEDED,
        StatusCode.RESOURCE_EXHAUSTED,
        StatusCode.UNAVAILABLE,
    }
)
"""What passes by itself. A browser gives up for good when it reconnects and is refused,
whatever the status is; one that resumes is told of these in the stream instead."""

_REVISION = re.compile(r"\d{1,19}", re.ASCII)


ABOUT = """\
Server-sent events (`text/event-stream`), or, by `Accept`, an object on each line
(`application/x-ndjson`): its one key is the name of the event.

The `id` of an event is its revision. A browser's `EventSource` sends the last one when it
connects again, and goes on without a gap or a repetition. The parts of a snapshot have no
`id` until the last one: what was interrupted begins anew.

| event | data |
|---|---|
| `snapshot` | a part of the items at one revision; the last part is `complete` |
| `commit` | everything that one revision changed |
| `bookmark` | how far the stream has come, and in which store |
| `error` | a problem: the stream ends |

Before it begins, a stream is refused as any call is, but a client that sends
`Last-Event-ID` is told in the stream of what passes by itself, because browsers give up at
any status but 200. There is no deadline but the one that the caller asks for."""


async def watch_items(call: Call) -> Response:
    """WatchItems: events, from now, from a revision, or from where a browser lost them."""
    request = requests.watch_items(call.query(models.WatchItemsQuery))
    resumes = _resume(request, call)
    watch = ResumableWatch(call.upstream.watch, request, call.forwarded)
    patience = call.settings.rest_default_deadline.total_seconds()
    await call.while_connected(watch.begin(patience, tolerated=PASSING if resumes else ()))
    return EventAnswer(call, watch)


def _resume(request: pb.WatchItemsRequest, call: Call) -> bool:
    """Let *request* go on after the event that the client saw last, if it says which.

    Browsers send the header, with the query of the first time: the header wins.

    Raises:
        Problem: the header is no revision.
    """
    text = call.headers.get(LAST_EVENT_ID.lower(), "").strip()
    if not text:
        return False
    if not _REVISION.fullmatch(text) or int(text) > MAX_REVISION:
        detail = "must be the id of an event: a revision, such as 42"
        raise invalid(Violation(Place.HEADER, LAST_EVENT_ID, detail))
    request.from_revision = int(text)
    request.include_snapshot = False
    return True


OPERATIONS = (
    Operation(
        "GET",
        "/v1/items:watch",
        "WatchItems",
        watch_items,
        refusals=(410,),
        headers=(LAST_EVENT_ID,),
        offered=tuple(FORMS),
        streams=True,
        about=ABOUT,
        tag="watch",
    ),
)
