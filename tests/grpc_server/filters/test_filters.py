import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from buf.validate import validate_pb2
from hypothesis import given
from hypothesis import strategies as st

from grpc_server.database.query import (
    And,
    Attribute,
    Column,
    Comparison,
    Condition,
    Contains,
    Label,
    Matches,
    Not,
    Operator,
    Or,
    Present,
    Target,
)
from grpc_server.filters.filters import MAX_CHARACTERS, parse_filter, parsing
from grpc_server.filters.tokens import MAX_DEPTH, MAX_TERMS
from grpc_server.items.errors import InvalidFilter
from items.v1 import items_pb2 as pb

TEXT_COLUMNS = (Column.ID, Column.NAME, Column.DESCRIPTION)
TIME_COLUMNS = (Column.CREATE_TIME, Column.UPDATE_TIME, Column.DELETE_TIME, Column.EXPIRE_TIME)

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.text(st.sampled_from("*\\\"'`. ()aB=-") | CHARACTERS, max_size=12)
LABELS = st.from_regex(r"[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?", fullmatch=True).map(Label)
PATHS = st.lists(TEXTS, min_size=1, max_size=3).map(lambda keys: Attribute(tuple(keys)))
OPERATORS = st.sampled_from(Operator)
EQUALITIES = st.sampled_from([Operator.EQUAL, Operator.NOT_EQUAL])

Written = tuple[str, Condition]
"""A filter, and the condition that it must be read as."""


def quoted(text: str, mark: str = '"') -> str:
    return mark + re.sub(rf"([\\*{mark}])", r"\\\1", text) + mark


def path(target: Target) -> str:
    match target:
        case Label(key):
            return f"labels.{quoted(key)}"
        case Attribute(keys):
            return ".".join(("attributes", *map(quoted, keys)))
        case _:
            return target.value


def comparison(target: Target, operator: Operator, value: object, written: str) -> Written:
    condition = Comparison(target, operator, value)  # type: ignore[arg-type]  # drawn to fit
    return f"{path(target)} {operator.value} {written}", condition


def pattern(target: Target, parts: list[str]) -> Written:
    first, *inner, last = parts
    kept = (first, *filter(None, inner), last)
    star = "*".join(quoted(part)[1:-1] for part in parts)
    return f'{path(target)} = "{star}"', Matches(target, kept)


def element(target: Attribute, value: object, written: str) -> Written:
    alone, listed = Comparison(target, Operator.EQUAL, value), Contains(target, value)  # type: ignore[arg-type]  # drawn to fit
    return f"{path(target)}:{written}", Or((alone, listed))


SCALARS = st.one_of(
    TEXTS.map(lambda text: (text, quoted(text))),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda number: (number, repr(number))),
    st.sampled_from([(True, "true"), (False, "false"), (None, "null")]),
)
TEXT_TARGETS: st.SearchStrategy[Target] = st.sampled_from(TEXT_COLUMNS) | LABELS | PATHS
LEAVES: st.SearchStrategy[Written] = st.one_of(
    st.builds(
        lambda target, operator, text: comparison(target, operator, text, quoted(text)),
        TEXT_TARGETS,
        OPERATORS,
        TEXTS,
    ),
    st.builds(
        lambda column, operator, at: comparison(column, operator, at, f'"{at.isoformat()}"'),
        st.sampled_from(TIME_COLUMNS),
        OPERATORS,
        st.datetimes(timezones=st.just(UTC)),
    ),
    st.builds(
        lambda operator, number: comparison(Column.REVISION, operator, number, str(number)),
        OPERATORS,
        st.integers(-(2**63), 2**63 - 1),
    ),
    st.builds(
        lambda target, operator, scalar: comparison(target, operator, *scalar),
        PATHS,
        EQUALITIES,
        SCALARS,
    ),
    st.builds(pattern, TEXT_TARGETS, st.lists(TEXTS, min_size=2, max_size=4)),
    st.builds(lambda target, scalar: element(target, *scalar), PATHS, SCALARS),
    st.builds(
        lambda target: (f"{path(target)}:*", Present(target)),
        st.sampled_from(Column) | LABELS | PATHS,
    ),
)


def negated(written: Written, mark: str) -> Written:
    text, condition = written
    inner = condition.term if isinstance(condition, Not) else Not(condition)
    return f"{mark}({text})", inner


def spliced(junction: type[And | Or], conditions: list[Condition]) -> Condition:
    terms = ((c.terms if isinstance(c, junction) else (c,)) for c in conditions)
    return junction(tuple(term for some in terms for term in some))


def joined(junction: type[And | Or], sign: str, operands: list[Written]) -> Written:
    text = sign.join(f"({text})" for text, _ in operands)
    return text, spliced(junction, [condition for _, condition in operands])


def larger(smaller: st.SearchStrategy[Written]) -> st.SearchStrategy[Written]:
    marks = st.sampled_from(["NOT ", "NOT", "-", "NOT\n"])
    operands = st.lists(smaller | st.builds(negated, smaller, marks), min_size=2, max_size=4)
    signs = st.sampled_from([(And, " AND "), (And, " "), (And, "AND"), (Or, " OR "), (Or, "\tOR")])
    return st.builds(lambda sign, some: joined(sign[0], sign[1], some), signs, operands)


FILTERS = st.recursive(LEAVES, larger, max_leaves=10)


def refused(text: str) -> InvalidFilter:
    with pytest.raises(InvalidFilter) as caught:
        parse_filter(text)
    return caught.value


def refused_at(text: str) -> int | None:
    try:
        parse_filter(text)
    except InvalidFilter as error:
        return int(error.metadata["position"])
    return None


def is_text(target: Target, text: str) -> Comparison:
    return Comparison(target, Operator.EQUAL, text)


def found(text: str) -> Or:
    parts = ("", text, "")
    columns = (Column.NAME, Column.ID, Column.DESCRIPTION)
    return Or(tuple(Matches(column, parts) for column in columns))


@pytest.mark.parametrize("blank", ["", " ", "\t\n "])
def test_a_blank_filter_is_none(blank: str) -> None:
    assert parse_filter(blank) is None


@given(FILTERS)
def test_a_written_condition_is_read_as_itself(written: Written) -> None:
    text, condition = written
    if len(text) <= MAX_CHARACTERS:
        assert parse_filter(text) == condition


@given(st.lists(st.tuples(st.sampled_from(["AND", "OR", ""]), st.booleans()), max_size=8))
def test_or_binds_tighter_than_and_which_a_space_means_too(rest: list[tuple[str, bool]]) -> None:
    text, groups = "id = 0", [[is_text(Column.ID, "0")]]
    for number, (sign, is_negated) in enumerate(rest, start=1):
        text += f" {sign} {'-' if is_negated else ''}id = {number}"
        term = is_text(Column.ID, str(number))
        operand = Not(term) if is_negated else term
        if sign == "OR":
            groups[-1].append(operand)  # type: ignore[arg-type]  # a list of conditions
        else:
            groups.append([operand])  # type: ignore[list-item]  # a list of conditions
    terms = [Or(tuple(group)) if len(group) > 1 else group[0] for group in groups]
    assert parse_filter(text) == (And(tuple(terms)) if len(terms) > 1 else terms[0])


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    assert refused_at(text) in (None, *range(1, len(text) + 2))


PIECES = [
    *("AND", "OR", "NOT", "-", "(", ")", "()", "=", "!=", "<", ">=", ":", "==", "~", ",", ".", "*"),
    *('"', "'", "`", "\\", '"a"', "'b*'", "`c`", " ", "\n", "true", "null", "3.5", "2026-01-01"),
    *("2026-01-01T00:00:00Z", "id", "name", "nmae", "createTime", "revision", "labels", "labels."),
    *("labels.a", 'labels."a/b"', "attributes", "attributes.x.y", "vim", "\0", "\ud800", "é"),
]


@given(st.lists(st.sampled_from(PIECES), max_size=14), st.sampled_from(["", " "]))
def test_any_pieces_of_the_language_are_read_or_refused(pieces: list[str], space: str) -> None:
    text = space.join(pieces)
    assert refused_at(text) in (None, *range(1, len(text) + 2))


@pytest.mark.parametrize(
    ("written", "column"),
    [("createTime", Column.CREATE_TIME), ("create_time", Column.CREATE_TIME)],
)
def test_fields_are_spelt_as_in_proto_or_as_in_json(written: str, column: Column) -> None:
    assert parse_filter(f"{written}:*") == Present(column)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("labels.a-b", "a-b"),
        ("labels.a.b/c", "a.b/c"),
        ('labels."a/b.c"', "a/b.c"),
        ("labels.'a/b.c'", "a/b.c"),
        ("labels.`a/b.c`", "a/b.c"),
        ('labels.a."b/c"', "a.b/c"),
    ],
)
def test_all_that_follows_labels_is_one_key(written: str, key: str) -> None:
    assert parse_filter(f"{written} = v") == is_text(Label(key), "v")


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ("attributes.a.b", ("a", "b")),
        ('attributes."a.b".c', ("a.b", "c")),
        ("attributes.`a``b`.'c d'", ("a`b", "c d")),
        (r"attributes.a\.b", ("a.b",)),
        (r'attributes.a\."b"', None),
        ('attributes.""', ("",)),
        ("attributes.0", ("0",)),
        ("attributes.Größe", ("Größe",)),
    ],
)
def test_an_attribute_has_a_key_for_each_level(written: str, keys: tuple[str, ...] | None) -> None:
    if keys is None:
        refused(f"{written} = v")
    else:
        assert parse_filter(f"{written} = v") == is_text(Attribute(keys), "v")


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("true", True),
        ('"true"', "true"),
        ("false", False),
        ("null", None),
        ("'null'", "null"),
        ("3.5", 3.5),
        ('"3.5"', "3.5"),
        ("-1e3", -1000.0),
        ("007", "007"),
        ("1.2.3", "1.2.3"),
        ("a:b", "a:b"),
        ("-x", "-x"),
        (r"a\*b", "a*b"),
        (r"'it\'s\n'", "it's\n"),
        ('"it\'s"', "it's"),
        (r'"C:\\temp"', "C:\\temp"),
        ('""', ""),
    ],
)
def test_a_bare_json_word_is_typed_and_all_else_is_text(written: str, value: object) -> None:
    condition = parse_filter(f"attributes.a = {written}")
    assert isinstance(condition, Comparison)
    assert condition.value == value
    assert type(condition.value) is type(value)


@pytest.mark.parametrize("field", ["id", "name", "description", "labels.a"])
@pytest.mark.parametrize("word", ["true", "null", "42", "2026-01-01"])
def test_beside_text_every_word_is_text(field: str, word: str) -> None:
    condition = parse_filter(f"{field} = {word}")
    assert isinstance(condition, Comparison)
    assert condition.value == word
    assert type(condition.value) is str


@pytest.mark.parametrize(
    ("written", "parts"),
    [
        ("vim*", ("vim", "")),
        ('"*vim"', ("", "vim")),
        ("v**m", ("v", "m")),
        ('"*a*b*"', ("", "a", "b", "")),
        (r'"\**"', ("*", "")),
        (r'"\\*"', ("\\", "")),
        ('"*"', ("", "")),
    ],
)
def test_a_star_stands_for_any_text(written: str, parts: tuple[str, ...]) -> None:
    assert parse_filter(f"name = {written}") == Matches(Column.NAME, parts)


@pytest.mark.parametrize("target", [Label("a"), Attribute(("a",))])
def test_not_equal_to_a_pattern_holds_for_what_is_absent(target: Label | Attribute) -> None:
    assert parse_filter(f'{path(target)} != "v*"') == Not(Matches(target, ("v", "")))


def test_not_equal_to_a_pattern_needs_a_column_to_be_there() -> None:
    condition = parse_filter('description != "v*"')
    column = Column.DESCRIPTION
    assert condition == And((Present(column), Not(Matches(column, ("v", "")))))


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("name:vim", Matches(Column.NAME, ("", "vim", ""))),
        ("name:v*m", Matches(Column.NAME, ("", "v", "m", ""))),
        ("labels:a.b", Present(Label("a.b"))),
        ("labels.a:*", Present(Label("a"))),
        ("labels.a:v", is_text(Label("a"), "v")),
        ('labels.a:"v*"', Matches(Label("a"), ("v", ""))),
        ("attributes:a", Present(Attribute(("a",)))),
        ("attributes.a.b:*", Present(Attribute(("a", "b")))),
        ("revision:5", Comparison(Column.REVISION, Operator.EQUAL, 5)),
        ("delete_time:*", Present(Column.DELETE_TIME)),
    ],
)
def test_has_asks_for_presence_elements_and_parts_of_text(text: str, condition: Condition) -> None:
    assert parse_filter(text) == condition


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T10:00:00Z", datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ('"2026-01-31t10:00:00z"', datetime(2026, 1, 31, 10, tzinfo=UTC)),
        ("2026-01-31T10:00:00+02:30", datetime(2026, 1, 31, 7, 30, tzinfo=UTC)),
        ("2026-01-31T10:00:00.5Z", datetime(2026, 1, 31, 10, 0, 0, 500_000, tzinfo=UTC)),
        ("2026-01-31T10:00:00.123456000Z", datetime(2026, 1, 31, 10, 0, 0, 123_456, tzinfo=UTC)),
    ],
)
def test_times_are_read_in_utc(written: str, moment: datetime) -> None:
    condition = parse_filter(f"create_time >= {written}")
    assert condition == Comparison(Column.CREATE_TIME, Operator.GREATER_OR_EQUAL, moment)


@pytest.mark.parametrize(
    "written",
    [
        "yesterday",
        "2026-01-31T10:00:00",
        "2026-02-30",
        "2026-01-31T10:00:61Z",
        "2026-01-31T10:00:00.1234567Z",
        "0001-01-01T00:00:00+01:00",
        "9999-12-31T23:59:59-01:00",
        "2026-01-31T10:00:00+24:00",
        "٢٠٢٦-01-01",
    ],
)
def test_what_is_no_time_is_refused(written: str) -> None:
    assert "time" in refused(f"create_time > {written}").message


@pytest.mark.parametrize("text", ["vim", '"vim"', "'vim'", "vim*", '"*vim*"'])
def test_a_term_without_a_field_is_searched_for(text: str) -> None:
    assert parse_filter(text) == found("vim")


def test_terms_side_by_side_are_each_searched_for() -> None:
    assert parse_filter('vim "a b" -g++') == And((found("vim"), found("a b"), Not(found("g++"))))


def test_a_double_negation_is_none() -> None:
    assert parse_filter("NOT (-(id = a))") == is_text(Column.ID, "a")


def test_parentheses_that_change_nothing_leave_no_trace() -> None:
    flat = parse_filter("id = a id = b AND id = c")
    assert parse_filter("((id = a) AND (id = b (id = c)))") == flat


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("nmae = x", "unknown field `nmae` at 1; did you mean `name`?"),
        ("id = a AND creatTime:*", "unknown field `creatTime` at 12; did you mean `createTime`?"),
        ("label.a = x", "unknown field `label` at 1; did you mean `labels`?"),
        ("Name = x", "unknown field `Name` at 1; did you mean `name`?"),
        ("name == x", "unknown operator `==` at 6; did you mean `=`?"),
        ("name <> x", "unknown operator `<>` at 6; did you mean `!=`?"),
        ("name =~ x", "unknown operator `=~` at 6"),
        ("name =", "expected a value, found the end of the filter at 7"),
        ("name = x AND", "expected a condition, found the end of the filter at 13"),
        ("()", "expected a condition, found `)` at 2"),
        ("(id = a", "`(` is never closed at 1"),
        ("id = a)", "`)` without a `(` before it at 7"),
        ('name = "a', 'the quote `"` is never closed at 8'),
        ("lower(name) = a", "unknown function `lower` at 1; filters have no functions"),
        ("name = f(a)", "unknown function `f` at 8; filters have no functions"),
        ("revision = 1.5", "expected a whole number, found `1.5` at 12"),
        ("id.x = 1", "`id` has no fields of its own at 1"),
        ("attributes..a = 1", 'a key is missing at 12; an empty key is written `""`'),
    ],
)
def test_a_refusal_says_what_where_and_what_was_meant(text: str, message: str) -> None:
    assert [violation.description for violation in refused(text).violations] == [message]


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("name = (a OR b)", "`(name = a OR name = b)`"),
        ("id = a, id = b", "joined by AND or OR"),
        ("id = a and id = b", "write `AND`"),
        ("id = a && id = b", "write `AND`"),
        ("name", "the field `name` alone"),
        ("attributes.active", "the field `attributes.active` alone"),
        ("name = AND id = b", "put the word in quotes"),
        ("NOT NOT a", "put the word in quotes"),
        ('"name" = x', "found `=` at 8"),
        ('"a"b', "right after a closing quote at 4"),
        ("it's", "a quote within a word at 3"),
        ('a-"b"', "a quote within a word at 3"),
        ('-"b', "never closed at 2"),
        ('labels."a"b = c', "right after a closing quote at 11"),
        ("`a`", "backticks enclose a whole key"),
        ("a\\", "a backslash with nothing after it at 2"),
        (r'name = "a\q"', r"unknown escape `\q` at 10"),
        ("labels = x", "`labels.KEY`"),
        ("labels = *", "`labels.KEY`"),
        ("attributes > 1", "`attributes.KEY`"),
        ("labels:*", "`labels:KEY`"),
        ("labels.App = x", "`App` cannot be the key of a label at 8"),
        ("attributes.a* = 1", "`*` stands for text in values only"),
        ("attributes.a > true", "`true` has no order"),
        ("attributes.a <= null", "`null` has no order"),
        ("attributes.a = True", "write `true`"),
        ("attributes.a = 1e999", "too large"),
        ("attributes.a = 9007199254740993", "no attribute holds the number"),
        ("attributes.a < 9007199254740993.0", "no attribute holds the number"),
        ("attributes.a:12345678901234567890", "quote it if it is text"),
        ('name < "a*"', "`*` cannot be compared with `<`"),
        ('attributes.a:"v*"', "`*` cannot be looked for in a list"),
        ("name = *", "write `name:*`"),
        ("create_time = 2026-01-01", "a day, not a moment"),
        ("create_time:2026-01-01", "a day, not a moment"),
        ('create_time = "2026*"', "expected a time"),
        ("revision > 9223372036854775808", "more than 64 bits"),
        ("section = x", "there are id, name,"),
        ("id = a\0", "U+0000 at 7"),
        ("id = \ud800", "U+D800 at 6"),
        ("attributes" + ".a" * 33 + " = 1", "nest at most 32 deep"),
    ],
)
def test_a_refusal_helps(text: str, hint: str) -> None:
    assert hint in refused(text).message


def test_a_refusal_is_about_the_field_filter() -> None:
    assert [violation.field for violation in refused("=").violations] == ["filter"]


@pytest.mark.parametrize("text", ["x" * 4000 + " = 1", "attributes." + "x" * 4000 + " = *"])
def test_a_refusal_cuts_long_text_short(text: str) -> None:
    assert len(refused(text).message) < 300


def test_the_longest_filter_is_read() -> None:
    text = "id = " + "a" * (MAX_CHARACTERS - 5)
    assert parse_filter(text) is not None
    assert "more than 4096 characters" in refused(text + "a").message


def test_length_is_counted_in_characters_not_in_bytes() -> None:
    assert parse_filter("id = " + "😀" * (MAX_CHARACTERS - 5)) is not None


def test_terms_are_bounded() -> None:
    assert parse_filter("a " * MAX_TERMS) is not None
    assert "more than 100 conditions at 201" in refused("a " * (MAX_TERMS + 1)).message


def test_nesting_is_bounded() -> None:
    assert parse_filter("(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH) is not None
    assert "nested more than 16 deep" in refused("(" * (MAX_DEPTH + 1)).message


@pytest.mark.parametrize(
    "text", ["(" * 100_000, "NOT (" * 800, "-" * 4096, "a OR " * 800, '"' * 4096, "a.(" * 1365]
)
def test_what_is_too_much_is_refused_at_once(text: str) -> None:
    def seconds() -> float:
        start = time.perf_counter()
        refused(text)
        return time.perf_counter() - start

    assert min(seconds() for _ in range(5)) < 0.05


@given(st.text("aB0./-_", min_size=1, max_size=66))
def test_label_keys_are_those_of_the_contract(key: str) -> None:
    rules = pb.Item.DESCRIPTOR.fields_by_name["labels"].GetOptions().Extensions[validate_pb2.field]
    is_key = re.fullmatch(rules.map.keys.string.pattern, key) is not None
    try:
        is_read = parse_filter(f"labels:{quoted(key)}") == Present(Label(key))
    except InvalidFilter:
        is_read = False
    assert is_read == is_key


def test_the_length_is_that_of_the_contract() -> None:
    field = pb.ListItemsRequest.DESCRIPTOR.fields_by_name["filter"]
    assert field.GetOptions().Extensions[validate_pb2.field].string.max_len == MAX_CHARACTERS


def test_threads_share_the_parser() -> None:
    texts = [f'labels.a = "{n}" AND (name = "v{n}*" OR revision > {n})' for n in range(200)]
    alone = [parse_filter(text) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(parse_filter, texts)) == alone


def test_the_longest_filter_is_parsed_in_many_steps() -> None:
    """Else, a filter holds up the event loop for as long as it takes to be parsed."""
    terms = [f"attributes.a{number} > 1" for number in range(MAX_TERMS)]
    steps = list(parsing(" OR ".join(terms)))
    assert len(steps) > 3 * MAX_TERMS
