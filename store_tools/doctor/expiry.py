"""Answers to request ids and deleted items that have expired, and should be gone."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sqlalchemy import Column, func, select

from grpc_server.database.schema import timestamps
from grpc_server.database.schema.tables import items, request_ids
from store_tools.doctor.findings import Patient

GRACE = timedelta(days=1)
"""The time after its expiry that something may stay while commits go on."""

FAR = timedelta(days=3650)


def look_at_expiry(patient: Patient) -> Iterator[str]:
    """Check that nothing expired long before the newest commit, or is kept for ten years."""
    if patient.head.commit_time is None:
        return
    for column, what in (
        (request_ids.c.expire_time, "answers to request ids"),
        (items.c.expire_time, "deleted items"),
    ):
        if count := _count(patient, column <= _micros(patient, -GRACE), column):
            yield f"{count} {what} expired a day before the newest commit, and were not swept"
        if count := _count(patient, column > _micros(patient, FAR), column):
            yield f"{count} {what} expire more than ten years after the newest commit"


def _micros(patient: Patient, after: timedelta) -> int:
    return timestamps.from_datetime(patient.head.commit_time or patient.now) + after // timedelta(
        microseconds=1
    )


def _count(patient: Patient, where: Any, column: Column[Any]) -> int:
    return int(patient.connection.execute(select(func.count(column)).where(where)).scalar_one())
