"""A proto file as far as the generator reads it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto

ETAG = "etag"


class Kind(Enum):
    """The type of a field's value."""

    STRING = auto()
    BYTES = auto()
    BOOL = auto()
    INT32 = auto()
    INT64 = auto()
    UINT32 = auto()
    UINT64 = auto()
    FLOAT = auto()
    DOUBLE = auto()
    ENUM = auto()
    MESSAGE = auto()


class Shape(Enum):
    """How many values a field has."""

    SINGULAR = auto()
    REPEATED = auto()
    MAP = auto()


INTEGERS = frozenset({Kind.INT32, Kind.INT64, Kind.UINT32, Kind.UINT64})
FLOATS = frozenset({Kind.FLOAT, Kind.DOUBLE})


@dataclass(frozen=True, slots=True)
class TextLimits:
    """The rules of a string; its sizes are those of bytes, too."""

    min_len: int | None = None
    max_len: int | None = None
    pattern: str | None = None
    uuid: bool = False


Bound = int | float | str
"""A number; or a duration or a time in ProtoJSON."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Between what a value must be, and what it may be at all, if *allowed* is not empty."""

    gt: Bound | None = None
    ge: Bound | None = None
    lt: Bound | None = None
    le: Bound | None = None
    allowed: tuple[int | float, ...] = ()


@dataclass(frozen=True, slots=True)
class Limits:
    """The rules of a field.

    *text*, *bounds* and *defined_only*, which is for enums, hold for each value of a
    list or map. *examples* come from the rules, too.
    """

    text: TextLimits = field(default_factory=TextLimits)
    keys: TextLimits = field(default_factory=TextLimits)
    bounds: Bounds = field(default_factory=Bounds)
    defined_only: bool = False
    examples: tuple[str | int | float, ...] = ()
    required: bool = False
    zero_is_absent: bool = False
    min_size: int | None = None
    max_size: int | None = None
    unique: bool = False


@dataclass(frozen=True, slots=True)
class Field:
    """A field. *type_name* is the full name of its message or enum, or empty.

    *kind* and *type_name* of a list or a map are those of each of its values.
    *presence*: whether an unset field can be told from a zero one.
    *behaviors* are names of google.api.FieldBehavior.
    """

    full_name: str
    name: str
    json_name: str
    number: int
    kind: Kind
    shape: Shape
    type_name: str
    presence: bool
    limits: Limits
    behaviors: frozenset[str]
    comment: str

    @property
    def required(self) -> bool:
        """Whether a request without it is refused."""
        return "REQUIRED" in self.behaviors

    @property
    def output_only(self) -> bool:
        """Whether requests may hold it, but are read as if they did not."""
        return "OUTPUT_ONLY" in self.behaviors

    @property
    def immutable(self) -> bool:
        """Whether it keeps the value that it was created with."""
        return "IMMUTABLE" in self.behaviors

    @property
    def identifier(self) -> bool:
        """Whether it is the name that clients know the resource by."""
        return "IDENTIFIER" in self.behaviors

    @property
    def written(self) -> bool:
        """Whether clients write it; an etag (AIP-154) only says what they expect."""
        return not (self.output_only or self.identifier or self.name == ETAG)


@dataclass(frozen=True, slots=True)
class Oneof:
    """Fields of which at most one is set, or exactly one if *required*."""

    fields: tuple[str, ...]
    required: bool


@dataclass(frozen=True, slots=True)
class Message:
    """A message; its fields are in the order of their numbers.

    *name* is that of its model, *proto_name* that of its class: they differ where
    the body of a request is the request without the fields of its path.
    """

    full_name: str
    name: str
    proto_name: str
    fields: tuple[Field, ...]
    oneofs: tuple[Oneof, ...]
    comment: str

    def field(self, name: str) -> Field | None:
        """The field called *name*, if there is one."""
        return next((field for field in self.fields if field.name == name), None)


@dataclass(frozen=True, slots=True)
class Enumeration:
    """An enum: its values' names by their numbers, and their comments by their names."""

    full_name: str
    name: str
    values: tuple[tuple[int, str], ...]
    comments: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a service with its google.api.http rule.

    *streams*: whether it answers with a stream.
    """

    full_name: str
    name: str
    request: str
    response: str
    verb: str
    template: str
    body: str
    comment: str
    streams: bool


@dataclass(frozen=True, slots=True)
class File:
    """A proto file: *path* relative to the root, ``items/v1/items.proto``."""

    path: str
    package: str
    messages: dict[str, Message]
    enums: dict[str, Enumeration]
    methods: tuple[Method, ...]

    @property
    def stem(self) -> str:
        """The name of the file without its ending: ``items``."""
        return self.path.rpartition("/")[2].removesuffix(".proto")
