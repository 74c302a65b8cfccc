"""The store of items: SQLAlchemy Core, on SQLite."""
