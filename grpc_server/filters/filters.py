"""The filter of a list request: text in the language of AIP-160 -> a checked tree.

`docs/filters.md` describes the language to its users.
"""

from functools import cache
from importlib import resources
from typing import Any, cast

from lark import Lark, Token, Transformer, UnexpectedToken, v_args

from grpc_server.database.query import And, Condition, Not, Operator, Or
from grpc_server.filters.conditions import compare, has, search
from grpc_server.filters.literals import Literal
from grpc_server.filters.syntax_errors import Misread, quote, refuse_unstorable
from grpc_server.filters.targets import read_field
from grpc_server.filters.time_slices import Work, at_once
from grpc_server.filters.tokens import FilterLexer, start_of
from grpc_server.items.errors import InvalidFilter

MAX_CHARACTERS = 4096


def parse_filter(text: str) -> Condition | None:
    """The condition that *text* states, or None if it is blank.

    Thread-safe. The first call builds the parser, which takes some milliseconds.

    Raises:
        InvalidFilter: the text cannot be read, is too large, or compares what cannot be
            compared; the message says where and why.
    """
    return at_once(parsing(text))


def parsing(text: str) -> Work[Condition | None]:
    """Parse *text* as `parse_filter` does, token by token: the longest take 10 ms in all.

    Raises:
        InvalidFilter: see `parse_filter`.
    """
    if not text or text.isspace():
        return None
    try:
        return (yield from _parsing(text))
    except Misread as error:
        raise error.refusal(InvalidFilter, "filter") from error


def _parsing(text: str) -> Work[Condition]:
    if len(text) > MAX_CHARACTERS:
        raise Misread(MAX_CHARACTERS, f"more than {MAX_CHARACTERS} characters")
    refuse_unstorable(text)
    parser: Any = _parser().parse_interactive(text)  # which has no types
    try:
        for _ in parser.iter_parse():
            yield
        return cast("Condition", parser.feed_eof())  # what the transformer makes of the tree
    except UnexpectedToken as error:
        raise _misplaced(error, len(text.rstrip())) from error


@cache
def _parser() -> Lark:
    grammar = resources.files(__package__).joinpath("filters.lark").read_text("utf-8")
    return Lark(
        grammar, parser="lalr", lexer=FilterLexer, start="conjunction", transformer=_Builder()
    )


@v_args(inline=True)
class _Builder(Transformer[Token, Condition]):
    """Builds the conditions while the text is parsed; And and Or are never nested in their own."""

    def conjunction(self, *terms: Condition) -> Condition:
        return _joined(And, terms)

    def disjunction(self, *terms: Condition) -> Condition:
        return _joined(Or, terms)

    def negation(self, term: Condition) -> Condition:
        return term.term if isinstance(term, Not) else Not(term)

    def comparison(self, path: Token, operator: Token, value: Token) -> Condition:
        field = read_field(str(path), start_of(path))
        literal = Literal.of(value, start_of(value))
        if operator == ":":
            return has(field, literal)
        return compare(field, Operator(operator), literal)

    def search(self, text: Token) -> Condition:
        return search(Literal.of(text, start_of(text)))


def _joined(junction: type[And | Or], terms: tuple[Condition, ...]) -> Condition:
    if len(terms) == 1:
        return terms[0]
    flat: list[Condition] = []
    for term in terms:
        flat.extend(term.terms if isinstance(term, junction) else (term,))
    return junction(tuple(flat))


def _misplaced(error: UnexpectedToken, end: int) -> Misread:
    token = error.token
    if token.type == "$END":
        return Misread(end, f"expected {_expected(error)}, found the end of the filter")
    what = f"expected {_expected(error)}, found {quote(token)}"
    return Misread(start_of(token), what, _HINTS.get(token.type, ""))


def _expected(error: UnexpectedToken) -> str:
    if "VALUE" in error.expected:
        return "a value"
    if "_AND" in error.expected:
        return "AND, OR or another condition"
    return "a condition"


_HINTS = {
    "_LPAR": "repeat the field for each value: `(name = a OR name = b)`",
    "OPERATOR": "put text that holds such signs in quotes",
    "_AND": "put the word in quotes if it is text",
    "_OR": "put the word in quotes if it is text",
    "_NOT": "put the word in quotes if it is text",
}
