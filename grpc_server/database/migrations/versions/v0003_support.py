"""Which servers a schema admits, and which revisions a restore has left out."""

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = "0002"

INT64 = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add a table and a column; what is stored stays as it is."""
    create_schema_support()
    op.add_column(
        "store", sa.Column("lost_revisions", sa.Text, nullable=False, server_default="[]")
    )


def create_schema_support() -> None:
    """Make the single row that newer schemas speak to older servers by."""
    op.create_table(
        "schema_support",
        sa.Column("singleton", INT64, nullable=False),
        sa.Column("serves_from", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("singleton", name="schema_support_key"),
        sa.CheckConstraint("singleton = 1", name="schema_support_is_one_row"),
        sqlite_strict=True,
    )
    op.execute("INSERT INTO schema_support (singleton, serves_from) VALUES (1, '0002')")
