"""Runs the migrations on the connection that `migration.py` hands over.

The transaction is the caller's: a migration that fails leaves the schema as it was.
"""

from alembic import context

from grpc_server.database.migration import VERSION_TABLE
from grpc_server.database.schema import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
