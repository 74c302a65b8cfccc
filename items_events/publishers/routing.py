"""The words that a topic exchange or a subject routes an event by."""

from collections.abc import Mapping
from urllib.parse import quote

from items_events.cloud_events import CloudEvent

NO_LABEL = "-"
MAX_LABEL = 120
"""Bytes of a label's value: RabbitMQ takes 255 for the whole key."""


def routing_key(event: CloudEvent, options: Mapping[str, str]) -> str:
    """The type of *event* and, if the option `label` names one, the value of that label.

    The value is one word: what would divide it is percent-encoded, and `-` stands for an
    item without the label.
    """
    if "label" not in options:
        return event.type
    value = event.labels.get(options["label"], "")
    word = quote(value, safe="").replace(".", "%2E")[:MAX_LABEL]
    return f"{event.type}.{word or NO_LABEL}"
