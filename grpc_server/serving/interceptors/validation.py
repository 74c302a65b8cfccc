"""The limits of the contract are checked here, before anything is done."""

from typing import Any

from google.protobuf.message import Message

from grpc_server.items.errors import InvalidRequest
from grpc_server.items.limits import rule_violations
from grpc_server.serving.interceptors.chain import Context, Method, Unary


def validation(_: Method, proceed: Unary) -> Unary:
    """Check the request against its protovalidate rules.

    Raises:
        InvalidRequest: it breaks some; each is named.
    """

    async def call(request: Message, context: Context) -> Any:
        violations = rule_violations(request)
        if violations:
            first = violations[0]
            raise InvalidRequest(f"{first.field}: {first.description}", violations=violations)
        return await proceed(request, context)

    return call
