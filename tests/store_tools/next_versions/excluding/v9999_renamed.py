"""What servers of the version before would stumble over."""

from alembic import op

from grpc_server.database.schema.migration import Migrations

revision: str = "9999"
down_revision: str | None = Migrations().head
branch_labels: str | None = None
depends_on: str | None = None
serves_from: str = "9999"


def upgrade() -> None:
    """Rename a column."""
    op.alter_column("sinks", "last_error", new_column_name="error")
