"""One RPC: its deadline and metadata, and its failure as a problem."""

from typing import TypeVar

from google.protobuf.message import Message
from grpc import aio

from rest_facade.problems.statuses import problem_of_error
from rest_facade.upstream.forwarding import Forwarded

Question = TypeVar("Question", bound=Message)
Answer = TypeVar("Answer", bound=Message)


async def call(
    method: aio.UnaryUnaryMultiCallable[Question, Answer], request: Question, forwarded: Forwarded
) -> Answer:
    """The answer of *method* to *request*.

    Raises:
        Problem: the call was refused, or failed.
    """
    try:
        return await method(request, timeout=forwarded.timeout(), metadata=forwarded.metadata)
    except aio.AioRpcError as error:
        raise problem_of_error(error) from error
