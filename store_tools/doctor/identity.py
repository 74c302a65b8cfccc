"""The store's own row: its id, its revisions, and the key of its page tokens."""

from collections.abc import Iterator
from uuid import UUID

from store_tools.doctor.findings import Patient

KEY_BYTES = range(16, 65)
"""The lengths, in bytes, that a key may have (BLAKE2b, and not guessable)."""


def look_at_identity(patient: Patient) -> Iterator[str]:
    """Check that the id is a UUID, the key long enough, and the revisions in order."""
    head = patient.head
    try:
        UUID(head.store_id)
    except ValueError:
        yield f"the store's id, {head.store_id!r}, is not a UUID"
    if len(head.token_key) not in KEY_BYTES:
        yield f"the key of page tokens has {len(head.token_key)} bytes, not {KEY_BYTES[0]} to 64"
    if not 1 <= head.oldest_revision <= max(head.revision, 1):
        yield f"the oldest kept revision, {head.oldest_revision}, is beyond {head.revision}"
    for lost in head.lost:
        if not 0 < lost.first <= lost.last <= head.revision:
            yield f"revisions {lost.first} to {lost.last} cannot have been left out by a restore"
