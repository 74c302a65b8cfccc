"""A migration that fails half-way."""

import sqlalchemy as sa
from alembic import op

from grpc_server.database.schema.migration import Migrations

revision: str = "9999"
down_revision: str | None = "9998"
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = Migrations().head


def upgrade() -> None:
    """Add a table, then the same table again."""
    op.create_table("shapes", sa.Column("name", sa.Text, nullable=False))
    op.create_table("colours", sa.Column("name", sa.Text, nullable=False))
