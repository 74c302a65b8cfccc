"""The labels: those that filters find items by are those that the items have."""

from collections.abc import Iterator

from sqlalchemy import text

from store_tools.doctor.findings import MOST, Patient

_STORED = "SELECT key, value, item_id FROM item_labels"
_OF_ITEMS_IN_SQLITE = (
    "SELECT label.key, label.value, items.id FROM items,"
    " json_each(CASE WHEN json_valid(labels) THEN labels ELSE '{}' END) AS label"
)
_OF_ITEMS_IN_POSTGRESQL = (
    "SELECT label.key, label.value, items.id FROM items, jsonb_each_text(labels) AS label"
)


def look_at_labels(patient: Patient) -> Iterator[str]:
    """Check that the table of labels has every label of every item, and no other."""
    of_items = _OF_ITEMS_IN_POSTGRESQL if patient.is_postgresql else _OF_ITEMS_IN_SQLITE
    for key, value, item_id in _without(patient, of_items, _STORED):
        yield f"`{item_id}` is not found by its label {key}={value}"
    for key, value, item_id in _without(patient, _STORED, of_items):
        yield f"`{item_id}` is found by the label {key}={value}, which it does not have"


def _without(patient: Patient, some: str, others: str) -> list[tuple[str, str, str]]:
    query = text(f"{some} EXCEPT {others} LIMIT {MOST + 1}")
    return [(key, value, item_id) for key, value, item_id in patient.connection.execute(query)]
