"""The table of attacks."""

from tests.fairness.attacks import bodies, feeds, floods, http, messages, queries

ATTACKS = (
    *http.ATTACKS,
    *bodies.ATTACKS,
    *messages.ATTACKS,
    *queries.ATTACKS,
    *feeds.ATTACKS,
    *floods.ATTACKS,
)
