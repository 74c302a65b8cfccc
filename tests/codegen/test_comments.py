"""Comments, on their way from the proto file to the documentation."""

import pytest

from codegen.contract.comments import first_sentence, paragraphs
from codegen.writers.python_source import docstring, literal, long_literal, snake


@pytest.mark.parametrize(
    ("comment", "text"),
    [
        ("", ""),
        (" One line.\n", "One line."),
        (" Two\n lines.\n", "Two lines."),
        (" First.\n\n Second\n goes on.\n", "First.\n\nSecond goes on."),
        (" `code  with` spaces.\n", "`code with` spaces."),
    ],
)
def test_a_comment_becomes_one_line_a_paragraph(comment: str, text: str) -> None:
    assert paragraphs(comment) == text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        ("Adds.", "Adds"),
        ("Adds. And more.", "Adds"),
        ("Adds 1.5 items.\n\nMore.", "Adds 1.5 items"),
        ("Adds (AIP-133)", "Adds (AIP-133)"),
    ],
)
def test_the_first_sentence_is_the_summary(text: str, sentence: str) -> None:
    assert first_sentence(text) == sentence


@pytest.mark.parametrize(
    "text", ["", "short", "a 'quoted' \"text\" \\ é \U0001f600\n\nmore", "word " * 60, "x" * 300]
)
def test_a_literal_is_python_for_its_text(text: str) -> None:
    for source in (literal(text), long_literal(text)):
        namespace: dict[str, str] = {}
        exec(f"value = {source}", namespace)  # noqa: S102 - the source is our own
        assert namespace["value"] == text


def test_a_docstring_survives_quotes_and_backslashes() -> None:
    text = 'A """q""" and \\n.'
    namespace: dict[str, type] = {}
    exec("class C:\n" + docstring(text), namespace)  # noqa: S102 - the source is our own
    assert namespace["C"].__doc__ == text


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Item", "item"), ("ItemPatch", "item_patch"), ("BatchGet2Items", "batch_get2_items")],
)
def test_names_become_snake_case(name: str, expected: str) -> None:
    assert snake(name) == expected
