"""One line of NDJSON as an item, or the reason why it is refused."""

import difflib
import re
from typing import Any

from pydantic import field_validator

from items.v1 import items_pb2 as pb
from items.v1.items_converters import item_to_proto
from items.v1.items_models import Item
from items_cli.importing.lines import LIMIT, Line
from items_protojson.parsing.document import MAX_ELEMENTS, Excessive, Malformed
from items_protojson.parsing.excerpt import excerpt
from items_protojson.parsing.parser import parse
from items_protojson.parsing.violations import Invalid, Violation
from items_protojson.scalars.refusal import refusal

_COLUMN = re.compile(r"at line 1 column (\d+)")


class RefusedLine(Exception):
    """The line is not an item that can be imported; the message says why."""


class ImportedItem(Item):
    """An item as a line has it: the models of REST, but a deleted item is refused."""

    @field_validator("delete_time", mode="before")
    @classmethod
    def _check_live(cls, value: Any) -> Any:
        if value:
            raise refusal("deleted", "the item is deleted; to restore it, remove this field")
        return value


_SETTABLE = [
    name for field, name in Item.json_names().items() if field not in {*Item.output_only, "etag"}
]
"""The JSON names of the fields that an import writes."""


def parse_item(line: Line) -> pb.Item:
    """Return the item that *line* is, with the fields that a client writes.

    The fields that the service sets, such as times, revision and etag, are left out: a line
    that was listed from one service can be imported into another.

    Raises:
        RefusedLine: the line is not JSON, or not an item within the limits of the contract.
    """
    if not line.whole:
        raise RefusedLine(f"the line is longer than {LIMIT >> 20} MiB")
    item = item_to_proto(_parsed(line.content))
    if not item.id:
        raise RefusedLine("id: is required; without it, each import would create another item")
    item.ClearField("etag")
    return item


def _parsed(content: bytes) -> ImportedItem:
    try:
        return parse(ImportedItem, content)
    except Malformed as error:
        raise RefusedLine(
            "cannot be read as JSON: " + _COLUMN.sub(r"at column \1", str(error))
        ) from None
    except Excessive:
        raise RefusedLine(f"the line has more than {MAX_ELEMENTS:,} keys and elements") from None
    except Invalid as error:
        raise RefusedLine("; ".join(map(_sentence, error.violations))) from None


def _sentence(violation: Violation) -> str:
    if not violation.field:
        return f"not an item: {violation.description}"
    if violation.known:
        return f"{violation.field}: is not a field of an item; {_hint(violation)}"
    return f"{violation.field}: {violation.description}"


def _hint(violation: Violation) -> str:
    """Return the name that was probably meant by an unknown one, or all that there are."""
    name = violation.pointer.rpartition("/")[2]
    near = difflib.get_close_matches(excerpt(name), violation.known, n=1)
    return f"did you mean {near[0]}?" if near else f"it has {', '.join(_SETTABLE)}"
