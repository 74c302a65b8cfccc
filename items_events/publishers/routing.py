"""The routing key of an event, for topic exchanges and subjects."""

from collections.abc import Mapping
from urllib.parse import quote

from items_events.cloud_events import CloudEvent

NO_LABEL = "-"
MAX_LABEL = 120
"""Characters of a label's value in the key: RabbitMQ allows 255 bytes for the whole key."""


def routing_key(event: CloudEvent, options: Mapping[str, str]) -> str:
    """Return the type of *event*, and the value of the label that the option `label` names.

    The value is one word: separators in it are percent-encoded. It is `-` for an item
    without the label.
    """
    if "label" not in options:
        return event.type
    value = event.labels.get(options["label"], "")
    word = quote(value, safe="").replace(".", "%2E")[:MAX_LABEL]
    return f"{event.type}.{word or NO_LABEL}"
