"""The error of a broker that cannot be used at the moment."""

RESPONSE_TIMEOUT = 10.0
"""Seconds to wait for a broker: for a connection, an answer or a confirmation."""


class BrokerUnavailable(Exception):
    """The broker does not answer, or failed a request. The message says why.

    Requests in flight may or may not have been executed: repeat them over a new connection.
    """


def why(error: BaseException) -> str:
    """Return the reason in *error*, for people."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    return str(error) or type(error).__name__
