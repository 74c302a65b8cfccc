"""Servers that share a store are servers on PostgreSQL."""

import pytest


@pytest.fixture
def dialect() -> str:
    """The database that stores are made in."""
    return "postgresql"
