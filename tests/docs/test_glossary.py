"""One concept has one name, and no name stands for two."""

import re
from collections import Counter

from tests.docs.pages import page, rows

PAGE = "docs/glossary.md"
HEADINGS = re.findall(r"^## (.*)$", page(PAGE), re.MULTILINE)


def test_each_term_stands_once_and_in_its_order() -> None:
    sections = [[row[0] for row in rows(page(PAGE), heading)] for heading in HEADINGS]
    assert sections == [sorted(terms) for terms in sections]
    terms = Counter(term for section in sections for term in section)
    assert [term for term, count in terms.items() if count > 1] == []


def test_no_term_is_a_word_to_avoid_for_itself() -> None:
    for heading in HEADINGS:
        for term, _, avoided in rows(page(PAGE), heading):
            assert term not in avoided.split(", "), term


def test_the_readme_and_contributing_lead_to_it() -> None:
    for name in ("README.md", "CONTRIBUTING.md"):
        assert f"({PAGE})" in page(name), name
