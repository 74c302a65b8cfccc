"""How a connection is encrypted."""

import ssl

from items_events.brokers.broker_url import BrokerUrl
from items_events.brokers.unavailable import BrokerUnavailable


def tls_context(url: BrokerUrl) -> ssl.SSLContext | None:
    """What *url* asks for: certificates are checked, against `cafile` if it names one."""
    if not url.is_secure:
        return None
    try:
        return ssl.create_default_context(cafile=url.options.get("cafile"))
    except OSError as error:
        raise BrokerUnavailable(f"the cafile cannot be read: {error}") from error
