"""The answers to request ids, as they are stored."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select

from grpc_server.database.dialects import among, texts
from grpc_server.database.schema import timestamps
from grpc_server.database.schema.tables import request_ids
from grpc_server.database.store import RequestKey, StoredAnswer

_STORED = select(
    request_ids.c.principal,
    request_ids.c.request_id,
    request_ids.c.fingerprint,
    request_ids.c.answer,
    request_ids.c.expire_time,
).where(among(request_ids.c.request_id, texts("request_ids")))
_SIZES = (
    select(request_ids.c.request_id, func.sum(func.length(request_ids.c.answer)).label("size"))
    .where(among(request_ids.c.request_id, texts("request_ids")))
    .group_by(request_ids.c.request_id)
)
_ADD = insert(request_ids)
_FORGET = delete(request_ids).where(
    request_ids.c.request_id == bindparam("request_id"),
    request_ids.c.principal == bindparam("principal"),
)


def stored(connection: Connection, keys: Collection[RequestKey]) -> dict[RequestKey, StoredAnswer]:
    """Give the stored answers among *keys*, expired ones too."""
    if not keys:
        return {}
    wanted = {"request_ids": [key.request_id for key in keys]}
    found = {each.key: each for each in map(_answer, connection.execute(_STORED, wanted))}
    return {key: found[key] for key in keys if key in found}


def sizes(connection: Connection, keys: Collection[RequestKey]) -> dict[str, int]:
    """Give how large the stored answers to each request id are, whosever it is."""
    wanted = {"request_ids": [key.request_id for key in keys]}
    return {row.request_id: row.size for row in connection.execute(_SIZES, wanted)}


def replace(
    connection: Connection, added: Sequence[StoredAnswer], forgotten: Sequence[RequestKey]
) -> None:
    """Store *added*, in the place of what is there, and remove *forgotten*."""
    keys = [*forgotten, *(answer.key for answer in added)]
    if keys:
        connection.execute(_FORGET, list(map(_key_row, keys)))
    if added:
        connection.execute(_ADD, list(map(_row, added)))


def _key_row(key: RequestKey) -> dict[str, Any]:
    return {"principal": key.principal, "request_id": key.request_id}


def _row(answer: StoredAnswer) -> dict[str, Any]:
    return {
        **_key_row(answer.key),
        "fingerprint": answer.fingerprint,
        "answer": answer.answer,
        "expire_time": timestamps.from_datetime(answer.expire_time),
    }


def _answer(row: Any) -> StoredAnswer:
    return StoredAnswer(
        key=RequestKey(row.principal, row.request_id),
        fingerprint=row.fingerprint,
        answer=row.answer,
        expire_time=timestamps.to_datetime(row.expire_time),
    )
