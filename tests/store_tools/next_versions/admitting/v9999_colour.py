"""A colour. Servers of the version before do not see it."""

import sqlalchemy as sa
from alembic import op

from grpc_server.database.schema.migration import Migrations

revision: str = "9999"
down_revision: str | None = Migrations().head
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = Migrations().head


def upgrade() -> None:
    """Add a column with a default, a table and an index: what servers before can live with."""
    op.add_column("items", sa.Column("colour", sa.Text, nullable=False, server_default="grey"))
    op.create_table("colours", sa.Column("name", sa.Text, nullable=False))
    op.create_index("changes_by_actor", "changes", ["actor"])
