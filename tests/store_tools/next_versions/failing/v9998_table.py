"""A table."""

import sqlalchemy as sa
from alembic import op

from grpc_server.database.schema.migration import Migrations

revision: str = "9998"
down_revision: str | None = Migrations().head
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = Migrations().head


def upgrade() -> None:
    """Add a table."""
    op.create_table("colours", sa.Column("name", sa.Text, nullable=False))
