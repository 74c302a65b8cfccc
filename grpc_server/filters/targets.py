"""The fields of an item as filters and orders name them."""

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from grpc_server.database.query import Attribute, Column, Label, Target
from grpc_server.filters.literals import QUOTED, Literal, text_parts, unescape
from grpc_server.filters.syntax_errors import Misread, quote
from grpc_server.items.attributes import MAX_DEPTH

_CHARACTER = r"""(?:[^\s\\()<>=!:,"'`.]|\\.)"""
_KEY = rf"""(?:{QUOTED}|`(?:[^`]|``)*`)"""

PATH = (
    rf"(?!-)(?=\.|{_CHARACTER}){_CHARACTER}*+"
    rf"(?:\.(?:{_KEY}(?=[.\s()<>=!:,]|\Z)|{_CHARACTER}*+))*+(?![\"'`])"
)
"""A field, as a pattern: keys with dots between them; all but the first may be quoted."""

_SEGMENT = re.compile(rf"(?:\A|\.)(?:({_KEY})|({_CHARACTER}*+))", re.DOTALL)

_LABEL_KEY = re.compile(r"[a-z0-9](?:[a-z0-9._/-]{0,61}[a-z0-9])?")
"""What a label key can be; the contract states it as a rule of Item.labels."""


class Map(StrEnum):
    """A field that holds others."""

    LABELS = "labels"
    ATTRIBUTES = "attributes"


@dataclass(frozen=True, slots=True)
class Field:
    """What a text names, and how the text writes it."""

    target: Target | Map
    written: str
    offset: int


def _camel_case(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(map(str.capitalize, rest))


_COLUMNS = {spelling: column for column in Column for spelling in (column, _camel_case(column))}
_NAMES = (*_COLUMNS, *Map)


def read_field(written: str, offset: int) -> Field:
    """The field that *written*, of the form PATH, names; *offset* is where it stands.

    Raises:
        Misread: there is no such field.
    """
    keys = list(_keys(written, offset))
    return Field(_target(keys, written, offset), written, offset)


def names_field(written: str) -> bool:
    """Whether a word means a field: the name of one, or a path into one that has keys."""
    first, dot, _ = written.partition(".")
    return first in tuple(Map) or (first in _COLUMNS and not dot)


def label(key: str, offset: int) -> Label:
    """The label *key*.

    Raises:
        Misread: no label can have this key.
    """
    if not _LABEL_KEY.fullmatch(key):
        raise Misread(
            offset,
            f"{quote(key)} cannot be the key of a label",
            "keys are at most 63 lower-case letters, digits and `._/-`",
        )
    return Label(key)


def _target(keys: list[str], written: str, offset: int) -> Target | Map:
    match keys:
        case [Map.LABELS | Map.ATTRIBUTES as name]:
            return Map(name)
        case [Map.LABELS, *rest]:
            return label(".".join(rest), offset + len("labels."))
        case [Map.ATTRIBUTES, *rest]:
            return _attribute(rest, written, offset)
        case [name] if name in _COLUMNS:
            return _COLUMNS[name]
        case [name, *_] if name in _COLUMNS:
            raise Misread(offset, f"{quote(name)} has no fields of its own")
    raise _unknown(keys[0], offset)


def _attribute(path: list[str], written: str, offset: int) -> Attribute:
    if len(path) > MAX_DEPTH:
        raise Misread(offset, quote(written), f"attributes nest at most {MAX_DEPTH} deep")
    return Attribute(tuple(path))


def _keys(written: str, offset: int) -> Iterator[str]:
    for segment in _SEGMENT.finditer(written):
        quoted, bare = segment.groups()
        at = offset + segment.end() - len(quoted or bare)
        yield _quoted_key(quoted, at) if quoted else _bare_key(bare, at)


def _quoted_key(quoted: str, offset: int) -> str:
    if quoted[0] == "`":
        return quoted[1:-1].replace("``", "`")
    return unescape(quoted[1:-1], offset + 1)


def _bare_key(bare: str, offset: int) -> str:
    if not bare:
        raise Misread(offset, "a key is missing", 'an empty key is written `""`')
    key, *others = text_parts(Literal(bare, quoted=False, offset=offset))
    if others:
        raise Misread(offset, f"{quote(bare)} is not a key", "`*` stands for text in values only")
    return key


def _unknown(name: str, offset: int) -> Misread:
    lowered = {known.lower(): known for known in reversed(_NAMES)}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.7)
    hint = f"did you mean `{lowered[near[0]]}`?" if near else _ALL_FIELDS
    return Misread(offset, f"unknown field {quote(name)}", hint)


_ALL_FIELDS = f"there are {', '.join(Column)}, labels.KEY and attributes.PATH"
