"""A broker that cannot be used at the moment."""

RESPONSE_TIMEOUT = 10.0
"""Seconds that a broker has for its next sign: a connection, an answer, a confirmation."""


class BrokerUnavailable(Exception):
    """The broker does not answer, or does not do its work; the message says why, for people.

    What was under way may have been done or not: do it again, over a new connection.
    """


def why(error: BaseException) -> str:
    """What *error* says, for people."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return str(error) or type(error).__name__
