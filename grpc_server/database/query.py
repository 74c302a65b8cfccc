"""What can be asked of the store: the checked form of a list request.

The catalogue turns the text of a filter into this tree, the store turns the tree
into SQL. A tree that exists is well typed: each comparison holds a value of the
type that its target has.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum, StrEnum


class Column(StrEnum):
    """A field of the item that is a column of its own."""

    ID = "id"
    NAME = "name"
    DESCRIPTION = "description"
    CREATE_TIME = "create_time"
    UPDATE_TIME = "update_time"
    DELETE_TIME = "delete_time"
    EXPIRE_TIME = "expire_time"
    REVISION = "revision"


@dataclass(frozen=True, slots=True)
class Label:
    """The label *key* of the item."""

    key: str


@dataclass(frozen=True, slots=True)
class Attribute:
    """The value at *path* in the attributes of the item, a key for each level."""

    path: tuple[str, ...]


Target = Column | Label | Attribute
"""What a comparison looks at."""

Value = str | float | int | bool | datetime
"""What a target is compared with; a datetime has a time zone."""


class Operator(Enum):
    """How a target is compared with a value."""

    EQUAL = "="
    NOT_EQUAL = "!="
    LESS = "<"
    LESS_OR_EQUAL = "<="
    GREATER = ">"
    GREATER_OR_EQUAL = ">="


@dataclass(frozen=True, slots=True)
class Comparison:
    """True if *target* is present and compares so with *value*.

    On text, order is by Unicode code point. On attributes, a value of another type
    than that of *value* does not match. ``NOT_EQUAL`` is the opposite of ``EQUAL``, and
    so is true where the target is absent. None is JSON null: it stands only beside an
    attribute, with ``EQUAL`` or ``NOT_EQUAL``.
    """

    target: Target
    operator: Operator
    value: Value | None


@dataclass(frozen=True, slots=True)
class Matches:
    """True if the text at *target* has *parts* in order, with anything between them.

    ``("vim", "")`` is a prefix, ``("", "vim")`` a suffix, ``("", "vim", "")`` a
    substring. Upper and lower case are different.
    """

    target: Target
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Contains:
    """True if the attribute is a list that has *value* as an element; None is JSON null."""

    target: Attribute
    value: str | float | bool | None


@dataclass(frozen=True, slots=True)
class Present:
    """True if *target* is there: a set field, an existing label or attribute."""

    target: Target


@dataclass(frozen=True, slots=True)
class Not:
    """True if *term* is false."""

    term: "Condition"


@dataclass(frozen=True, slots=True)
class And:
    """True if every one of *terms* is."""

    terms: "tuple[Condition, ...]"


@dataclass(frozen=True, slots=True)
class Or:
    """True if at least one of *terms* is."""

    terms: "tuple[Condition, ...]"


Condition = Comparison | Matches | Contains | Present | Not | And | Or
"""A checked filter. It is two-valued: absent never means unknown."""


@dataclass(frozen=True, slots=True)
class Order:
    """One key of the order; absent values come first, last if *descending*."""

    target: Target
    descending: bool = False


Cursor = tuple[Value | None, ...]
"""The values of the order's keys at the last item of a page; None is absent."""


@dataclass(frozen=True, slots=True)
class ItemQuery:
    """A page of items: at most *limit*, and what fits into *max_bytes*, but at least one.

    *order* always ends with ``Column.ID``, so that it is total. *after* is the cursor of
    the page before, or None for the first page.
    """

    limit: int
    where: Condition | None = None
    order: tuple[Order, ...] = (Order(Column.ID),)
    after: Cursor | None = None
    show_deleted: bool = False
    max_bytes: int = 2**63 - 1
