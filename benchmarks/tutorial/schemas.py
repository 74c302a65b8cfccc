"""What is sent and answered."""

from datetime import datetime
from typing import Any
from uuid import uuid4

from pydantic import BaseModel, ConfigDict, Field


def _new_id() -> str:
    return str(uuid4())


class ItemIn(BaseModel):
    """An item to create."""

    id: str = Field(default_factory=_new_id, max_length=128)
    name: str = Field(min_length=1, max_length=255)
    description: str = ""
    labels: dict[str, str] = {}
    attributes: dict[str, Any] = {}


class ItemOut(ItemIn):
    """An item as it is stored."""

    model_config = ConfigDict(from_attributes=True)

    create_time: datetime
    update_time: datetime
