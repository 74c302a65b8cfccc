"""The limits of a field, from its buf.validate rules."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from buf.validate import validate_pb2 as validate
from google.protobuf.message import Message

from codegen.contract.files import Bound, Bounds, Limits, Shape, TextLimits
from codegen.contract.unsupported import Unsupported

TEXT_RULES = ("min_len", "max_len", "pattern", "uuid", "example")
BYTES_RULES = ("min_len", "max_len")
BOUNDS = {"gt": "gt", "gte": "ge", "lt": "lt", "lte": "le"}
TIMES = frozenset({"duration", "timestamp"})
BIG = frozenset({"int64", "sint64", "sfixed64", "uint64", "fixed64"})
UNCOUNTED = frozenset({"", "float", "double", "duration", "timestamp"})
"""What has no rule `unique` that the models check: messages, and what may be no number."""


def read_limits(name: str, rule: str, shape: Shape, rules: validate.FieldRules) -> Limits:
    """The limits that *rules* put on the field called *name* in full.

    *rule* is the name of the rules for its values, as `sint32`, or empty if they have none.

    Raises:
        Unsupported: There is a rule that the models would not check.
    """
    match shape:
        case Shape.REPEATED:
            return _list_limits(name, rule, rules)
        case Shape.MAP:
            return _map_limits(name, rule, rules)
        case Shape.SINGULAR:
            _only(name, rules, ("required", "ignore", rule))
            return replace(
                _value_limits(name, rule, rules),
                required=rules.required,
                zero_is_absent=_zero_is_absent(name, rules),
            )


def _list_limits(name: str, rule: str, rules: validate.FieldRules) -> Limits:
    _only(name, rules, ("repeated",))
    sizes = rules.repeated
    _only(name, sizes, ("min_items", "max_items", "unique", "items"))
    if sizes.unique and rule in UNCOUNTED:
        raise Unsupported(name, "unique messages, times or fractions")
    return replace(
        _element_limits(name, rule, sizes.items),
        min_size=sizes.min_items if sizes.HasField("min_items") else None,
        max_size=sizes.max_items if sizes.HasField("max_items") else None,
        unique=sizes.unique,
    )


def _map_limits(name: str, rule: str, rules: validate.FieldRules) -> Limits:
    _only(name, rules, ("map",))
    sizes = rules.map
    _only(name, sizes, ("min_pairs", "max_pairs", "keys", "values"))
    return replace(
        _element_limits(name, rule, sizes.values),
        keys=_element_limits(name, "string", sizes.keys).text,
        min_size=sizes.min_pairs if sizes.HasField("min_pairs") else None,
        max_size=sizes.max_pairs if sizes.HasField("max_pairs") else None,
    )


def _element_limits(name: str, rule: str, rules: validate.FieldRules) -> Limits:
    """The limits of each key or value; a uuid could not be left out here."""
    _only(name, rules, (rule,))
    limits = replace(_value_limits(name, rule, rules), examples=())
    if limits.text.uuid:
        raise Unsupported(name, "the rule buf.validate.StringRules.uuid")
    return limits


def _value_limits(name: str, rule: str, rules: validate.FieldRules) -> Limits:
    match rule:
        case "" | "bool":
            _only(name, rules, ("required", "ignore"))
            return Limits()
        case "string":
            _only(name, rules.string, TEXT_RULES)
            text = replace(_text_limits(rules.string), uuid=rules.string.uuid)
            return Limits(text=text, examples=tuple(rules.string.example))
        case "bytes":
            _only(name, rules.bytes, BYTES_RULES)
            return Limits(text=_text_limits(rules.bytes))
        case "enum":
            _only(name, rules.enum, ("defined_only",))
            return Limits(defined_only=rules.enum.defined_only)
        case _:
            return _bounded_limits(name, rule, getattr(rules, rule))


def _text_limits(rules: Any) -> TextLimits:
    return TextLimits(
        min_len=rules.min_len if rules.HasField("min_len") else None,
        max_len=rules.max_len if rules.HasField("max_len") else None,
        pattern=rules.pattern if rules.HasField("pattern") else None,
    )


def _bounded_limits(name: str, rule: str, rules: Any) -> Limits:
    """The limits of a number, a duration or a time."""
    if rule in TIMES:
        _only(name, rules, BOUNDS)
        return Limits(bounds=_bounds(name, rules, {}))
    _only(name, rules, (*BOUNDS, "in", "example"))
    bounds = _bounds(name, rules, {"allowed": tuple(getattr(rules, "in"))})
    return Limits(bounds=bounds, examples=tuple(map(str if rule in BIG else _same, rules.example)))


def _bounds(name: str, rules: Any, others: dict[str, Any]) -> Bounds:
    given = {BOUNDS[bound]: getattr(rules, bound) for bound in BOUNDS if rules.HasField(bound)}
    lowest = [_order(given[bound]) for bound in ("gt", "ge") if bound in given]
    highest = [_order(given[bound]) for bound in ("lt", "le") if bound in given]
    if lowest and highest and (lowest > highest or (lowest == highest and _open(given))):
        raise Unsupported(name, "bounds with nothing between them")
    limits: dict[str, Any] = {bound: _bound(value) for bound, value in given.items()}
    return Bounds(**limits, **others)


def _open(given: dict[str, Any]) -> set[str]:
    """Those of the bounds that a value may not be equal to."""
    return {"gt", "lt"} & given.keys()


def _order(value: Any) -> Any:
    return value if isinstance(value, int | float) else (value.seconds, value.nanos)


def _bound(value: Any) -> Bound:
    return value if isinstance(value, int | float) else str(value.ToJsonString())


def _same(value: float) -> float:
    return value


def _zero_is_absent(name: str, rules: validate.FieldRules) -> bool:
    if rules.ignore not in {validate.IGNORE_UNSPECIFIED, validate.IGNORE_IF_ZERO_VALUE}:
        raise Unsupported(name, f"the rule ignore: {validate.Ignore.Name(rules.ignore)}")
    return rules.ignore == validate.IGNORE_IF_ZERO_VALUE


def _only(name: str, rules: Message, allowed: Collection[str]) -> None:
    for rule, _ in rules.ListFields():
        if rule.name not in allowed:
            raise Unsupported(name, f"the rule {rule.full_name}")
