"""How a connection is encrypted."""

import ssl

from items_events.sinks.sink import SinkUnavailable
from items_events.sinks.url import SinkUrl


def tls_context(url: SinkUrl) -> ssl.SSLContext | None:
    """What *url* asks for: certificates are checked, against `cafile` if it names one."""
    if not url.is_secure:
        return None
    try:
        return ssl.create_default_context(cafile=url.options.get("cafile"))
    except OSError as error:
        raise SinkUnavailable(f"the cafile cannot be read: {error}") from error
