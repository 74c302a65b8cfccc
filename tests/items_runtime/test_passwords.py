"""No password is shown."""

import pytest

from items_runtime.configuration.passwords import without_password


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql://db/items", "postgresql://db/items"),
        ("postgresql://me@db/items", "postgresql://me@db/items"),
        ("postgresql://me:pw@db/items", "postgresql://me:***@db/items"),
        ("postgresql://me:p/w?#@x@db:5432/items", "postgresql://me:***@db:5432/items"),
        ("postgresql://:pw@db/items", "postgresql://:***@db/items"),
        ("postgresql://[::1]:5432/items", "postgresql://[::1]:5432/items"),
        ("postgresql://db/items?password=pw&user=me", "postgresql://db/items?password=***&user=me"),
        ("postgresql://db/items?sslpassword=pw", "postgresql://db/items?sslpassword=***"),
        ("sqlite:///data/items.db", "sqlite:///data/items.db"),
        ("mysql://me:pw@host/items", "mysql://me:***@host/items"),
    ],
)
def test_passwords_are_left_out(url: str, shown: str) -> None:
    assert without_password(url) == shown
