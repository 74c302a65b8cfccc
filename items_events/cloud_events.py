"""Changes as CloudEvents 1.0, the same for every broker.

Each publisher maps the attributes to its broker, following the protocol binding of
CloudEvents where one exists: https://github.com/cloudevents/spec.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_json
from items_protojson.parsing.encoding import encode
from items_protojson.well_known.timestamps import timestamp_to_json

SPEC_VERSION: Final = "1.0"
TYPE_PREFIX: Final = "items.v1.item."
JSON: Final = "application/json"
PROTOBUF: Final = "application/protobuf"
PROTOBUF_SCHEMA: Final = "type.googleapis.com/items.v1.Item"

DataFormat = Literal["json", "protobuf"]

_KINDS: Final = {
    pb.CHANGE_KIND_CREATED: "created",
    pb.CHANGE_KIND_UPDATED: "updated",
    pb.CHANGE_KIND_DELETED: "deleted",
    pb.CHANGE_KIND_UNDELETED: "undeleted",
    pb.CHANGE_KIND_EXPIRED: "expired",
}
_UNKNOWN: Final = "changed"
"""The kind of a change that this version does not know: a newer server sent it."""


@dataclass(frozen=True, slots=True)
class CloudEvent:
    """One change: number *ordinal*, from 0, of its *revision*.

    *attributes* are the context attributes in order, all of them text; *data* is the
    encoded item. *labels* are the item's labels, for publishers that route by them.
    """

    revision: int
    ordinal: int
    attributes: Mapping[str, str]
    data: bytes
    labels: Mapping[str, str]

    @property
    def id(self) -> str:
        """The identifier, by which consumers recognise an event that is published again."""
        return self.attributes["id"]

    @property
    def type(self) -> str:
        """The type of the event, such as ``items.v1.item.created``."""
        return self.attributes["type"]

    @property
    def content_type(self) -> str:
        """The media type of the data."""
        return self.attributes["datacontenttype"]


@dataclass(frozen=True, slots=True)
class EventEncoder:
    """An encoder of one store's changes as events, with the item in *data_format*."""

    store_id: str
    data_format: DataFormat = "json"

    def events(self, commit: pb.ItemChanges) -> Iterator[CloudEvent]:
        """Yield the events of one revision, in the order of its changes."""
        for ordinal, change in enumerate(commit.changes):
            yield CloudEvent(
                revision=commit.revision,
                ordinal=ordinal,
                attributes=self._attributes(commit, ordinal),
                data=self._data(change.item),
                labels=dict(change.item.labels),
            )

    def _attributes(self, commit: pb.ItemChanges, ordinal: int) -> dict[str, str]:
        change = commit.changes[ordinal]
        attributes = {
            "specversion": SPEC_VERSION,
            "id": f"{self.store_id}/{commit.revision}/{ordinal}",
            "source": f"/stores/{self.store_id}",
            "type": TYPE_PREFIX + _KINDS.get(change.kind, _UNKNOWN),
            "subject": change.item.id,
            "time": timestamp_to_json(commit.commit_time),
            "datacontenttype": JSON if self.data_format == "json" else PROTOBUF,
            "sequence": f"{commit.revision:019d}-{ordinal:06d}",
        }
        if self.data_format == "protobuf":
            attributes["dataschema"] = PROTOBUF_SCHEMA
        return attributes

    def _data(self, item: pb.Item) -> bytes:
        if self.data_format == "json":
            return encode(item_to_json(item))
        return item.SerializeToString(deterministic=True)
