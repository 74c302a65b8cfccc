"""Runs the migrations on the connection that `migration.py` hands over, or prints them.

The transaction is the caller's: a migration that fails leaves the schema as it was.
"""

from typing import Any

import sqlalchemy as sa
from alembic import context

from grpc_server.database.schema.tables import metadata, schema_support
from grpc_server.database.schema.version_table import VERSION_TABLE


def keep_support(*, ctx: Any, step: Any, **_: object) -> None:
    """Keep in the database which servers the schema admits that a migration has made."""
    admitted = getattr(step.up_revision.module, "serves_from", None)
    if admitted is not None:
        ctx.execute(
            sa.update(schema_support).values(serves_from=sa.literal_column(f"'{admitted}'"))
        )


attributes = context.config.attributes
target = (
    {"connection": attributes["connection"]}
    if attributes["connection"] is not None
    else {"dialect_name": attributes["dialect"], "literal_binds": True}
)
context.configure(
    **target,
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    transaction_per_migration=True,
    on_version_apply=keep_support,  # type: ignore[arg-type]  # it is called by these names
)
context.run_migrations()
