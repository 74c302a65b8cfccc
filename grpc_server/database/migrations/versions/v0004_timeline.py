"""Which timeline of PostgreSQL a store was written on last, and by a clock that was trusted."""

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = "0002"

INT64 = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add two columns; what is stored stays as it is."""
    op.add_column("store", sa.Column("timeline", INT64))
    op.add_column("store", sa.Column("doubted_since", INT64))
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            "UPDATE store SET timeline = "
            "('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::bigint"
        )
