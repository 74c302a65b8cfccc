"""Sinks: how far each has come, who publishes to it, and what was not published."""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: str | None = None
depends_on: str | None = None

CODE_POINTS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
INT64 = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add the tables; what is stored stays as it is."""
    create_sinks()
    create_parked_events()


def create_sinks() -> None:
    """Make the table of cursors and leases."""
    op.create_table(
        "sinks",
        sa.Column("name", CODE_POINTS, nullable=False),
        sa.Column("revision", INT64, nullable=False),
        sa.Column("epoch", INT64, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("lease_expire_time", INT64),
        sa.Column("advance_time", INT64),
        sa.Column("parked_count", INT64, nullable=False),
        sa.Column("last_error", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("name", name="sinks_key"),
        sqlite_strict=True,
    )


def create_parked_events() -> None:
    """Make the table of what sinks did not publish."""
    op.create_table(
        "parked_events",
        sa.Column("sink", CODE_POINTS, nullable=False),
        sa.Column("revision", INT64, nullable=False),
        sa.Column("ordinal", INT64, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("park_time", INT64, nullable=False),
        sa.PrimaryKeyConstraint("sink", "revision", "ordinal", name="parked_events_key"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
