"""The limits of a field, from its buf.validate rules."""

from collections.abc import Collection

from buf.validate import validate_pb2 as validate
from google.protobuf.message import Message

from codegen.contract import Kind, Limits, Shape, TextLimits
from codegen.unsupported import Unsupported

RULES = {Kind.STRING: "string", Kind.INT32: "int32", Kind.INT64: "int64"}
TEXT_RULES = ("min_len", "max_len", "pattern", "uuid", "example")


def read_limits(name: str, kind: Kind, shape: Shape, rules: validate.FieldRules) -> Limits:
    """The limits that *rules* put on the field called *name* in full.

    Raises:
        Unsupported: There is a rule that the models would not check.
    """
    if shape is Shape.REPEATED:
        return _list_limits(name, kind, rules)
    if shape is Shape.MAP:
        return _map_limits(name, rules)
    _only(name, rules, ("required", "ignore", RULES.get(kind, "required")))
    _only(name, rules.int32, ("gte",))
    _only(name, rules.int64, ("gte",))
    numbers = rules.int32 if kind is Kind.INT32 else rules.int64
    return Limits(
        text=_text_limits(name, rules.string),
        required=rules.required,
        zero_is_absent=_zero_is_absent(name, rules),
        ge=numbers.gte if numbers.HasField("gte") else None,
    )


def _list_limits(name: str, kind: Kind, rules: validate.FieldRules) -> Limits:
    _only(name, rules, ("repeated",))
    sizes = rules.repeated
    _only(name, sizes, ("min_items", "max_items", "unique", "items"))
    _only(name, sizes.items, ("string",) if kind is Kind.STRING else ())
    return Limits(
        text=_plain_text_limits(name, sizes.items.string),
        min_size=sizes.min_items if sizes.HasField("min_items") else None,
        max_size=sizes.max_items if sizes.HasField("max_items") else None,
        unique=_unique(name, kind, sizes),
    )


def _unique(name: str, kind: Kind, sizes: validate.RepeatedRules) -> bool:
    if sizes.unique and kind is not Kind.STRING:
        raise Unsupported(name, "only strings can be unique")
    return sizes.unique


def _map_limits(name: str, rules: validate.FieldRules) -> Limits:
    _only(name, rules, ("map",))
    sizes = rules.map
    _only(name, sizes, ("max_pairs", "keys", "values"))
    _only(name, sizes.keys, ("string",))
    _only(name, sizes.values, ("string",))
    return Limits(
        keys=_plain_text_limits(name, sizes.keys.string),
        text=_plain_text_limits(name, sizes.values.string),
        max_size=sizes.max_pairs if sizes.HasField("max_pairs") else None,
    )


def _plain_text_limits(name: str, rules: validate.StringRules) -> TextLimits:
    _only(name, rules, ("min_len", "max_len", "pattern"))
    return _text_limits(name, rules)


def _text_limits(name: str, rules: validate.StringRules) -> TextLimits:
    _only(name, rules, TEXT_RULES)
    return TextLimits(
        min_len=rules.min_len if rules.HasField("min_len") else None,
        max_len=rules.max_len if rules.HasField("max_len") else None,
        pattern=rules.pattern if rules.HasField("pattern") else None,
        uuid=rules.uuid,
        examples=tuple(rules.example),
    )


def _zero_is_absent(name: str, rules: validate.FieldRules) -> bool:
    if rules.ignore not in {validate.IGNORE_UNSPECIFIED, validate.IGNORE_IF_ZERO_VALUE}:
        raise Unsupported(name, f"the rule ignore: {validate.Ignore.Name(rules.ignore)}")
    return rules.ignore == validate.IGNORE_IF_ZERO_VALUE


def _only(name: str, rules: Message, allowed: Collection[str]) -> None:
    for rule, _ in rules.ListFields():
        if rule.name not in allowed:
            raise Unsupported(name, f"the rule {rule.full_name}")
