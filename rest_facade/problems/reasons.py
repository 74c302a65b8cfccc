"""The reasons of refusals, for people: the status of each, and what a client does about it.

`/errors` and the table of docs/errors.md are both made of this table and of the comments
of `items.v1.ErrorReason`; tests hold it to the contract, and to the code that refuses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from grpc import StatusCode

from items.v1.errors_meanings import ERROR_REASON
from rest_facade.problems.problems import HTTP_STATUS, HTTP_STATUS_OF_REASON, PREFIX


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason: the gRPC *code* of its status, and the *advice* to the client.

    *other_http* holds the HTTP statuses that it has in special cases, and names each case.
    One that is *grpc_only* is of a call that REST does not have.
    """

    code: StatusCode
    advice: str
    other_http: Mapping[int, str] = field(default_factory=dict)
    grpc_only: bool = False


REASONS: Mapping[str, Mapping[str, Reason]] = MappingProxyType(
    {
        "What was sent": {
            "VALIDATION_FAILED": Reason(
                StatusCode.INVALID_ARGUMENT, "Correct the fields that the violations name."
            ),
            "INVALID_FILTER": Reason(
                StatusCode.INVALID_ARGUMENT,
                "Correct the filter: the violation says where it fails and what was expected.",
            ),
            "INVALID_ORDER_BY": Reason(
                StatusCode.INVALID_ARGUMENT, "Correct the order: the violation says where it fails."
            ),
            "INVALID_PAGE_TOKEN": Reason(
                StatusCode.INVALID_ARGUMENT,
                "Send the token unchanged, with the filter and the order of the first page,"
                " or start again without a token.",
            ),
            "INVALID_UPDATE_MASK": Reason(
                StatusCode.INVALID_ARGUMENT,
                "Name a field that clients write, or a path within one,"
                " such as `labels.KEY` or `attributes.PATH`.",
            ),
            "DUPLICATE_ID": Reason(
                StatusCode.INVALID_ARGUMENT, "Merge the writes, or set `allow_partial`."
            ),
            "MALFORMED_JSON": Reason(
                StatusCode.INVALID_ARGUMENT, "Correct the body: the detail says where it fails."
            ),
            "UNSUPPORTED_MEDIA_TYPE": Reason(
                StatusCode.INVALID_ARGUMENT, "Send a media type that the header `Accept` lists."
            ),
            "NOT_ACCEPTABLE": Reason(
                StatusCode.INVALID_ARGUMENT, "Accept a media type that the detail lists."
            ),
            "REQUEST_TOO_LARGE": Reason(
                StatusCode.RESOURCE_EXHAUSTED,
                "Send less in one request.",
                {431: "if the request line, the headers or what frames the body are too large"},
            ),
            "HOST_NOT_SERVED": Reason(
                StatusCode.PERMISSION_DENIED,
                "Use a name of the service, or add the host to `ITEMS_REST_HOSTS`.",
            ),
            "ORIGIN_NOT_ALLOWED": Reason(
                StatusCode.PERMISSION_DENIED, "Add the origin to `ITEMS_CORS_ORIGINS`."
            ),
            "ROUTE_NOT_FOUND": Reason(StatusCode.NOT_FOUND, "Look the path up at `/docs`."),
            "METHOD_NOT_ALLOWED": Reason(
                StatusCode.UNIMPLEMENTED, "Use a method that the header `Allow` lists."
            ),
            "UNIMPLEMENTED": Reason(
                StatusCode.UNIMPLEMENTED, "Upgrade the server, or call what it has."
            ),
        },
        "The item": {
            "ITEM_NOT_FOUND": Reason(StatusCode.NOT_FOUND, "Check the id, or create the item."),
            "ITEM_DELETED": Reason(
                StatusCode.NOT_FOUND,
                "Undelete it before `expire_time` (in the metadata), or replace it.",
            ),
            "ITEM_ALREADY_EXISTS": Reason(
                StatusCode.ALREADY_EXISTS,
                "Update or replace the item, or choose another id.",
                {412: "with `If-None-Match: *`"},
            ),
            "ITEM_NOT_DELETED": Reason(StatusCode.ALREADY_EXISTS, "Do nothing: the item is live."),
            "ETAG_MISMATCH": Reason(
                StatusCode.ABORTED,
                "Read the item, decide again, and send its present etag (in the metadata).",
                {412: "with `If-Match`"},
            ),
            "REQUEST_ID_REUSED": Reason(
                StatusCode.FAILED_PRECONDITION, "Generate a new UUID for each new request."
            ),
        },
        "Revisions and watches": {
            "REVISION_COMPACTED": Reason(
                StatusCode.OUT_OF_RANGE,
                "Start from `oldest_revision` (in the metadata), or with a snapshot.",
            ),
            "REVISION_IN_FUTURE": Reason(
                StatusCode.OUT_OF_RANGE, "Send a revision that this store has answered with."
            ),
            "REVISION_NOT_REACHED": Reason(StatusCode.UNAVAILABLE, "Try again after the delay."),
            "WATCHER_TOO_SLOW": Reason(
                StatusCode.ABORTED,
                "Watch again from `revision` (in the metadata),"
                " or without it from the last revision seen.",
            ),
            "STORE_FAILED_OVER": Reason(
                StatusCode.UNAVAILABLE,
                "Watch again from `revision` (in the metadata), or from a snapshot if it is lost.",
            ),
            "STORE_MISMATCH": Reason(
                StatusCode.FAILED_PRECONDITION,
                "Watch from a revision of this store, or with a snapshot.",
            ),
        },
        "The service": {
            "OVERLOADED": Reason(
                StatusCode.RESOURCE_EXHAUSTED,
                "Try again after the delay, with the same request id.",
                {503: "if the facade has too many connections, or is sent too much at once"},
            ),
            "STORE_UNAVAILABLE": Reason(
                StatusCode.UNAVAILABLE,
                "Nothing was written: try again after the delay.",
            ),
            "COMMIT_OUTCOME_UNKNOWN": Reason(
                StatusCode.UNKNOWN, "Try again with the same request id, or read the item."
            ),
            "SHUTTING_DOWN": Reason(StatusCode.UNAVAILABLE, "Try again."),
            "UPSTREAM_UNAVAILABLE": Reason(
                StatusCode.UNAVAILABLE, "Try again, a write with the same request id."
            ),
            "DEADLINE_EXCEEDED": Reason(
                StatusCode.DEADLINE_EXCEEDED,
                "Try again with the same request id, or read: a write may have been applied.",
                {408: "if the request arrived too slowly"},
            ),
            "CANCELLED": Reason(
                StatusCode.CANCELLED,
                "Nothing: no one reads this answer. A write may have been applied.",
            ),
            "INTERNAL": Reason(
                StatusCode.INTERNAL, "Report the request id: the log has the cause under it."
            ),
        },
        "Sinks": {
            "SINK_NOT_FOUND": Reason(
                StatusCode.NOT_FOUND, "Choose a sink that ListSinks shows.", grpc_only=True
            ),
            "SINK_HELD": Reason(
                StatusCode.FAILED_PRECONDITION,
                "Try again after `lease_expire_time` (in the metadata).",
                grpc_only=True,
            ),
            "TOO_MANY_SINKS": Reason(
                StatusCode.FAILED_PRECONDITION,
                "Delete a sink that no one publishes to any more.",
                grpc_only=True,
            ),
            "LEASE_LOST": Reason(
                StatusCode.ABORTED, "Stop publishing, and acquire the sink again.", grpc_only=True
            ),
            "REVISION_NOT_NEXT": Reason(
                StatusCode.FAILED_PRECONDITION,
                "Skip `revision` (in the metadata).",
                grpc_only=True,
            ),
        },
    }
)
"""The reasons by subject, in the order in which people read them."""


def all_reasons() -> Iterator[tuple[str, Reason]]:
    """Each reason with its name, in the order of the table."""
    for reasons in REASONS.values():
        yield from reasons.items()


def meaning(name: str) -> str:
    """Return the comment of the reason *name* in the contract."""
    return ERROR_REASON[PREFIX + name].removesuffix(" (REST only)")


def http_statuses(name: str, reason: Reason) -> str:
    """Return the HTTP statuses of the reason: the usual one, and others with their cases."""
    if reason.grpc_only:
        return "-"
    usual = HTTP_STATUS_OF_REASON.get(name) or HTTP_STATUS[reason.code]
    others = (f"{status} {case}" for status, case in reason.other_http.items())
    return "; ".join((str(int(usual)), *others))
