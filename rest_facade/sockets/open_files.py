"""The open files that the connections of a facade need."""

import resource

import structlog

RESERVE = 256
"""Files beside the connections: channels, logs, and connections that are being refused."""


def allow_open_files(connections: int) -> None:
    """Raise the process's limit of open files to what *connections* need.

    If the system does not allow it, the log says so: connections beyond it are not taken.
    """
    needed = connections + RESERVE
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < most:
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < needed:
        structlog.get_logger("rest_facade").warning(
            "cannot have so many connections", wanted=connections, possible=most - RESERVE
        )
