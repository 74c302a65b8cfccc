"""Items, their labels, their history, answered request ids, and the store's own row."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision: str = "0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None

CODE_POINTS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
JSON = sa.Text().with_variant(postgresql.JSONB, "postgresql")
INT64 = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Build the schema in an empty database."""
    create_items()
    create_item_labels()
    create_changes()
    create_request_ids()
    create_store()


def create_items() -> None:
    """Make the table of items and the indexes that lists and the sweeper use."""
    op.create_table(
        "items",
        sa.Column("id", CODE_POINTS, nullable=False),
        sa.Column("revision", INT64, nullable=False),
        sa.Column("name", CODE_POINTS),
        sa.Column("create_time", INT64),
        sa.Column("update_time", INT64),
        sa.Column("delete_time", INT64),
        sa.Column("expire_time", INT64),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("labels", JSON),
        sa.Column("description", CODE_POINTS),
        sa.Column("attributes", JSON),
        sa.PrimaryKeyConstraint("id", name="items_key"),
        sqlite_strict=True,
    )
    create_index_of_names()
    if op.get_context().dialect.name == "postgresql":
        op.create_index(
            "items_by_attributes",
            "items",
            ["attributes"],
            postgresql_using="gin",
            postgresql_ops={"attributes": "jsonb_path_ops"},
        )
    expiring = sa.text("expire_time IS NOT NULL")
    op.create_index(
        "items_by_expiry",
        "items",
        ["expire_time", "id"],
        sqlite_where=expiring,
        postgresql_where=expiring,
    )


def create_index_of_names() -> None:
    """Make the index of names, the absent ones first: SQLite has no other order."""
    is_postgresql = op.get_context().dialect.name == "postgresql"
    name = sa.text("name NULLS FIRST") if is_postgresql else "name"
    op.create_index("items_by_name", "items", [name, "id"])


def create_item_labels() -> None:
    """Make the table that finds items by the value of a label."""
    op.create_table(
        "item_labels",
        sa.Column("key", CODE_POINTS, nullable=False),
        sa.Column("value", CODE_POINTS, nullable=False),
        sa.Column("item_id", CODE_POINTS, nullable=False),
        sa.PrimaryKeyConstraint("key", "value", "item_id", name="item_labels_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def create_changes() -> None:
    """Make the history: every version of every item."""
    op.create_table(
        "changes",
        sa.Column("revision", INT64, nullable=False),
        sa.Column("ordinal", INT64, nullable=False),
        sa.Column("item_id", CODE_POINTS, nullable=False),
        sa.Column("kind", INT64, nullable=False),
        sa.Column("commit_time", INT64, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("request_id", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("revision", "ordinal", name="changes_key"),
        sqlite_strict=True,
    )
    op.create_index("changes_by_item", "changes", ["item_id", "revision"], unique=True)


def create_request_ids() -> None:
    """Make the table of answers that are replayed."""
    op.create_table(
        "request_ids",
        sa.Column("request_id", CODE_POINTS, nullable=False),
        sa.Column("principal", CODE_POINTS, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.Column("answer", sa.LargeBinary, nullable=False),
        sa.Column("expire_time", INT64, nullable=False),
        sa.PrimaryKeyConstraint("request_id", "principal", name="request_ids_key"),
        sqlite_strict=True,
    )
    op.create_index("request_ids_by_expiry", "request_ids", ["expire_time"])


def create_store() -> None:
    """Make the single row that every write updates."""
    op.create_table(
        "store",
        sa.Column("singleton", INT64, nullable=False),
        sa.Column("store_id", sa.Text, nullable=False),
        sa.Column("revision", INT64, nullable=False),
        sa.Column("oldest_revision", INT64, nullable=False),
        sa.Column("commit_time", INT64),
        sa.Column("token_key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("singleton", name="store_key"),
        sa.CheckConstraint("singleton = 1", name="store_is_one_row"),
        sqlite_strict=True,
    )
