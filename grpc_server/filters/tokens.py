"""The tokens of the filter language, and the bounds on nesting and terms.

Whatever is too deep or too much is refused here, before anything is built of it.
"""

import re
from collections.abc import Iterator

from lark import Token
from lark.common import LexerConf
from lark.lexer import Lexer, LexerState

from grpc_server.filters.literals import QUOTED
from grpc_server.filters.syntax_errors import Misread, quote
from grpc_server.filters.targets import PATH

MAX_TERMS = 100
MAX_DEPTH = 16
"""How deep parentheses may nest."""

_TEXT = rf"{QUOTED}(?=[\s()<>=!:,]|\Z)"
_WORD = r"""(?:[^\s\\()<>=!,"'`]|\\.)++(?!["'`])"""
_SIGN = r"(?P<_LPAR>\()|(?P<_RPAR>\))|(?P<OPERATOR>[<>=!:][<>=!:~]*)"

_CONDITION = re.compile(
    rf"\s*(?:{_SIGN}|(?P<_NOT>-)|(?P<TEXT>{_TEXT})|(?P<PATH>{PATH}))", re.DOTALL
)
_VALUE = re.compile(rf"\s*(?:{_SIGN}|(?P<VALUE>{_TEXT}|{_WORD}))", re.DOTALL)

_KEYWORDS = {"AND": "_AND", "OR": "_OR", "NOT": "_NOT"}
_OPERATORS = {"=", "!=", "<", "<=", ">", ">=", ":"}
_MEANT = {"==": "=", "===": "=", "=>": ">=", "=<": "<=", "<>": "!=", "!": "NOT", "!==": "!="}

_QUOTED = re.compile(QUOTED, re.DOTALL)
_READABLE = re.compile(r"""\s*((?:[^\s\\()<>=!,"'`]|\\.)*+)""", re.DOTALL)


class FilterLexer(Lexer):
    """The lexer that the grammar is used with."""

    __future_interface__ = 2

    def __init__(self, lexer_conf: LexerConf) -> None:
        """The tokens do not depend on the grammar."""

    def lex(self, lexer_state: LexerState, parser_state: object) -> Iterator[Token]:
        """The tokens of the text; raises Misread."""
        del parser_state
        text = lexer_state.text.text
        return _bounded(_tokens(text))


def _tokens(text: str) -> Iterator[Token]:
    position, end = 0, len(text.rstrip())
    pattern = _CONDITION
    while position < end:
        match = pattern.match(text, position)
        if not match or not match.lastgroup:
            raise _unreadable(text, position)
        token = _token(match, match.lastgroup)
        yield token
        pattern = _VALUE if token.type == "OPERATOR" else _CONDITION
        position = match.end()


def _token(match: re.Match[str], kind: str) -> Token:
    written, start, end = match[kind], match.start(kind), match.end()
    if kind == "OPERATOR" and written not in _OPERATORS:
        hint = f"did you mean `{_MEANT[written]}`?" if written in _MEANT else ""
        raise Misread(start, f"unknown operator {quote(written)}", hint)
    if kind in {"PATH", "VALUE"}:
        kind = _KEYWORDS.get(written, kind)
    if kind in {"PATH", "VALUE"} and match.string[end : end + 1] == "(":
        raise Misread(start, f"unknown function {quote(written)}", "filters have no functions")
    return Token(kind, written, start_pos=start)


def _bounded(tokens: Iterator[Token]) -> Iterator[Token]:
    """The same tokens; parentheses match, and there are not too many of anything."""
    opened: list[int] = []
    terms = 0
    for token in tokens:
        match token.type:
            case "PATH" | "TEXT":
                terms += 1
            case "_LPAR":
                opened.append(start_of(token))
            case "_RPAR" if opened:
                opened.pop()
            case "_RPAR":
                raise Misread(start_of(token), "`)` without a `(` before it")
        _refuse_excess(token, terms, len(opened))
        yield token
    if opened:
        raise Misread(opened[-1], "`(` is never closed")


def _refuse_excess(token: Token, terms: int, depth: int) -> None:
    if terms > MAX_TERMS:
        raise Misread(start_of(token), f"more than {MAX_TERMS} conditions")
    if depth > MAX_DEPTH:
        raise Misread(start_of(token), f"parentheses nested more than {MAX_DEPTH} deep")


def start_of(token: Token) -> int:
    """Where a token of this lexer starts, from 0."""
    return token.start_pos or 0


def _unreadable(text: str, position: int) -> Misread:
    word, at = "", position
    if readable := _READABLE.match(text, position):
        word, at = readable[1], readable.end()
    match text[at : at + 1]:
        case '"' | "'" as mark:
            return _misquoted(text, at, mark, after=word)
        case "`":
            return Misread(at, "a backtick", "backticks enclose a whole key: labels.`a b`")
        case "\\":
            return Misread(at, "a backslash with nothing after it", r"write `\\` for a backslash")
        case found:
            return Misread(at, f"unexpected {quote(found)}", "conditions are joined by AND or OR")


def _misquoted(text: str, at: int, mark: str, *, after: str) -> Misread:
    hint = f"put the whole text in quotes, and write `\\{mark}` for a quote within it"
    if after and not after.endswith("."):
        return Misread(at, "a quote within a word", hint)
    if quoted := _QUOTED.match(text, at):
        return Misread(quoted.end(), "text right after a closing quote", hint)
    return Misread(at, f"the quote `{mark}` is never closed")
