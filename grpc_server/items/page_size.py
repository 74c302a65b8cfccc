"""How large an answer is: as many messages as a page has, and as fit."""

from collections.abc import Sequence
from itertools import accumulate

from google.protobuf.message import Message

DEFAULT_PAGE_SIZE = 50
MAX_PAGE_SIZE = 1000

MAX_ANSWER_BYTES = 3 * 1024 * 1024
"""How large an answer may grow: clients refuse more than 4 MiB unless told otherwise."""


def page_size(asked: int) -> int:
    """How many messages a page has at most, for the page_size of a request."""
    return min(asked or DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE)


def fitting(messages: Sequence[Message]) -> int:
    """How many of *messages* fit into one answer: one at least, so that pages go on."""
    sizes = accumulate(message.ByteSize() for message in messages)
    return max(1, sum(1 for size in sizes if size <= MAX_ANSWER_BYTES))
