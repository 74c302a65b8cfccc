"""Words of a filter that are searched for, and look like misspelt operators.

AIP-160 takes a bare word between two conditions for a third one: `a = 1 AN b = 2` asks for
items with the word `AN`, of which there are hardly any.
"""

import difflib
import re
from collections.abc import Iterator
from itertools import pairwise

OPERATORS = ("AND", "OR", "NOT")

_CLOSE = 0.66
"""The least likeness: `AN`, `ADN` and `ANDD` are like AND, `NO` like NOT; `ON` is like none."""

_TOKENS = re.compile(
    r"""(?P<quoted>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`)"""
    r"""|(?P<compares>[<>=!:]+)|(?P<word>[^\s()<>=!:"'`]+)|[()]""",
    re.DOTALL,
)


def misspelt_operators(where: str) -> list[str]:
    """Return a hint for each word in the filter *where* that stands alone like a misspelt operator.

    Only words in upper case count, in a filter that compares something.
    """
    tokens = list(_TOKENS.finditer(where))
    if not any(token["compares"] for token in tokens):
        return []
    return [
        f"The filter searches for the word {word} in names, ids and descriptions;"
        f' did you mean {near[0]}? (If not, quote it: "{word}".)'
        for word in _bare(tokens)
        if (near := difflib.get_close_matches(word, OPERATORS, n=1, cutoff=_CLOSE))
    ]


def _bare(tokens: list[re.Match[str]]) -> Iterator[str]:
    """Yield the words in upper case that neither compare nor are compared, and are no operators."""
    around = [None, *tokens, None]
    for (before, token), (_, after) in pairwise(pairwise(around)):
        if token is None or not token["word"] or token["word"] in OPERATORS:
            continue
        is_compared = any(each is not None and each["compares"] for each in (before, after))
        if not is_compared and token["word"].isalpha() and token["word"].isupper():
            yield token["word"]
