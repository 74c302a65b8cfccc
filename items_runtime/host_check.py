"""The names that the listener of metrics answers to at the loopback.

Another site's page can have its own name lead to the loopback of whoever reads the page (DNS
rebinding); only the name in `Host` tells. At other addresses a listener is called by names
that only its operators know, and answers to all.
"""

import ipaddress
from collections.abc import Callable, Iterable
from typing import Any

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]
"""A WSGI application."""

_STATUS = "421 Misdirected Request"
_REFUSAL = b"This service answers to localhost and to IP addresses.\n"


def answering_own_names(application: Application, host: str) -> Application:
    """Return *application*, which listens at *host*, without calls that name another one."""
    if not is_loopback(host):
        return application

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if _is_own(environ.get("HTTP_HOST", "")):
            return application(environ, start_response)
        length = str(len(_REFUSAL))
        start_response(_STATUS, [("Content-Type", "text/plain"), ("Content-Length", length)])
        return [_REFUSAL]

    return answer


def is_loopback(host: str) -> bool:
    """Whether only this machine reaches *host*."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_own(authority: str) -> bool:
    end = authority.rfind("]") if authority.startswith("[") else authority.rfind(":")
    name = authority[1:end] if authority.startswith("[") else authority[: end if end > 0 else None]
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return name.lower().rstrip(".") in {"", "localhost"}
    return True
