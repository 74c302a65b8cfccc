"""The tables: the payload of an item is the truth, its other columns a projection.

A projection holds what is filtered and sorted by, so that a new field of the item
needs no migration until somebody filters by it. Times are whole microseconds
since 1970 in UTC. `migrations/` builds these tables; a test compares the two.
"""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
)

from grpc_server.database.schema.json_column import JsonColumn

CodePoints = Text().with_variant(Text(collation="C"), "postgresql")
"""Text in the order of its code points, whatever the locale of the database."""

Json = JsonColumn()
"""A JSON object: PostgreSQL's own type, which it can look into by index, or text."""

Int64 = BigInteger().with_variant(Integer, "sqlite")
"""An integer of 64 bits: SQLite's STRICT tables know it by one name only."""

metadata = MetaData()

items = Table(
    "items",
    metadata,
    Column("id", CodePoints, nullable=False),
    Column("revision", Int64, nullable=False),
    Column("name", CodePoints),
    Column("create_time", Int64),
    Column("update_time", Int64),
    Column("delete_time", Int64),
    Column("expire_time", Int64),
    Column("payload", LargeBinary, nullable=False),
    Column("labels", Json),
    Column("description", CodePoints),
    Column("attributes", Json),
    PrimaryKeyConstraint("id", name="items_key"),
    sqlite_strict=True,
)
Index("items_by_name", items.c.name, items.c.id).ddl_if(dialect="sqlite")
Index("items_by_name", items.c.name.nulls_first(), items.c.id).ddl_if(dialect="postgresql")
Index(
    "items_by_attributes",
    items.c.attributes,
    postgresql_using="gin",
    postgresql_ops={"attributes": "jsonb_path_ops"},
).ddl_if(dialect="postgresql")
Index(
    "items_by_expiry",
    items.c.expire_time,
    items.c.id,
    sqlite_where=items.c.expire_time.is_not(None),
    postgresql_where=items.c.expire_time.is_not(None),
)

item_labels = Table(
    "item_labels",
    metadata,
    Column("key", CodePoints, nullable=False),
    Column("value", CodePoints, nullable=False),
    Column("item_id", CodePoints, nullable=False),
    PrimaryKeyConstraint("key", "value", "item_id", name="item_labels_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

changes = Table(
    "changes",
    metadata,
    Column("revision", Int64, nullable=False),
    Column("ordinal", Int64, nullable=False),
    Column("item_id", CodePoints, nullable=False),
    Column("kind", Int64, nullable=False),
    Column("commit_time", Int64, nullable=False),
    Column("actor", Text, nullable=False),
    Column("request_id", Text, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    PrimaryKeyConstraint("revision", "ordinal", name="changes_key"),
    sqlite_strict=True,
)
Index("changes_by_item", changes.c.item_id, changes.c.revision, unique=True)

request_ids = Table(
    "request_ids",
    metadata,
    Column("request_id", CodePoints, nullable=False),
    Column("principal", CodePoints, nullable=False),
    Column("fingerprint", LargeBinary, nullable=False),
    Column("answer", LargeBinary, nullable=False),
    Column("expire_time", Int64, nullable=False),
    PrimaryKeyConstraint("request_id", "principal", name="request_ids_key"),
    sqlite_strict=True,
)
Index("request_ids_by_expiry", request_ids.c.expire_time)

sinks = Table(
    "sinks",
    metadata,
    Column("name", CodePoints, nullable=False),
    Column("revision", Int64, nullable=False),
    Column("epoch", Int64, nullable=False),
    Column("holder", Text, nullable=False),
    Column("lease_expire_time", Int64),
    Column("advance_time", Int64),
    Column("parked_count", Int64, nullable=False),
    Column("last_error", Text, nullable=False),
    PrimaryKeyConstraint("name", name="sinks_key"),
    sqlite_strict=True,
)

parked_events = Table(
    "parked_events",
    metadata,
    Column("sink", CodePoints, nullable=False),
    Column("revision", Int64, nullable=False),
    Column("ordinal", Int64, nullable=False),
    Column("why", Text, nullable=False),
    Column("park_time", Int64, nullable=False),
    PrimaryKeyConstraint("sink", "revision", "ordinal", name="parked_events_key"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)

store = Table(
    "store",
    metadata,
    Column("singleton", Int64, nullable=False),
    Column("store_id", Text, nullable=False),
    Column("revision", Int64, nullable=False),
    Column("oldest_revision", Int64, nullable=False),
    Column("commit_time", Int64),
    Column("token_key", LargeBinary, nullable=False),
    Column("lost_revisions", Text, nullable=False, server_default="[]"),
    Column("timeline", Int64),
    Column("doubted_since", Int64),
    PrimaryKeyConstraint("singleton", name="store_key"),
    CheckConstraint("singleton = 1", name="store_is_one_row"),
    sqlite_strict=True,
)

schema_support = Table(
    "schema_support",
    metadata,
    Column("singleton", Int64, nullable=False),
    Column("serves_from", Text, nullable=False),
    PrimaryKeyConstraint("singleton", name="schema_support_key"),
    CheckConstraint("singleton = 1", name="schema_support_is_one_row"),
    sqlite_strict=True,
)
