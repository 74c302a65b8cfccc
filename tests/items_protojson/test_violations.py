"""What is wrong with a document, and where."""

import pytest
from pydantic import ValidationError

from items.v1 import items_models as models
from items_protojson.message import Message
from items_protojson.parsing.document import Malformed
from items_protojson.parsing.parser import parse
from items_protojson.parsing.sentences import ID, LABEL_KEY
from items_protojson.parsing.violations import MAX_VIOLATIONS, Invalid, Violation, violations


def found(model: type[Message], text: str) -> list[Violation]:
    """What is wrong with *text* as a *model*."""
    with pytest.raises(Invalid) as refused:
        parse(model, text.encode())
    return list(refused.value.violations)


@pytest.mark.parametrize(
    ("text", "pointer", "field", "description"),
    [
        ('{"name": 1}', "/name", "name", "must be a string"),
        ("{}", "/name", "name", "is required"),
        ('{"name": ""}', "/name", "name", "must have at least 1 character"),
        (
            '{"name": "n", "etag": "%s"}' % ("x" * 65),
            "/etag",
            "etag",
            "must have at most 64 characters",
        ),
        (
            '{"name": "n", "id": "A"}',
            "/id",
            "id",
            ID,
        ),
        ('{"name": "n", "labels": []}', "/labels", "labels", "must be an object"),
        (
            '{"name": "n", "labels": {"a/B~\\"": "v"}}',
            '/labels/a~1B~0"',
            'labels["a/B~\\""]',
            LABEL_KEY,
        ),
        ('{"name": "n", "labels": {"a": 1}}', "/labels/a", 'labels["a"]', "must be a string"),
        (
            '{"name": "n", "attributes": {"a": [1, NaN]}}',
            "/attributes/a/1",
            'attributes["a"][1]',
            "must be a number that a double can hold; send it as text, in quotes",
        ),
        ("[]", "", "", "must be an object"),
    ],
)
def test_a_violation_says_where_and_what(
    text: str, pointer: str, field: str, description: str
) -> None:
    assert found(models.Item, text) == [Violation(pointer, field, description)]


@pytest.mark.parametrize(
    ("text", "pointer", "field", "description"),
    [
        ('{"writes": []}', "/writes", "writes", "must have at least 1 entry"),
        ('{"writes": {}}', "/writes", "writes", "must be a list"),
        (
            '{"writes": [{}]}',
            "/writes/0",
            "writes[0]",
            "must hold one of create, update, replace, delete, undelete",
        ),
        (
            '{"writes": [{"delete": {"id": "a"}, "undelete": {"id": "a"}}]}',
            "/writes/0",
            "writes[0]",
            "must hold only one of create, update, replace, delete, undelete",
        ),
        (
            '{"writes": [{"delete": {"id": "a"}}, {"delete": {"id": "a", "requestId": "x"}}]}',
            "/writes/1/delete/requestId",
            "writes[1].delete.request_id",
            "must be a UUID",
        ),
        (
            '{"writes": [{"update": {"item": {}, "update_mask": 1}}]}',
            "/writes/0/update/update_mask",
            "writes[0].update.update_mask",
            "must be paths in a string, separated by commas",
        ),
    ],
)
def test_a_violation_in_a_batch_names_the_write(
    text: str, pointer: str, field: str, description: str
) -> None:
    assert found(models.BatchWriteItemsRequest, text) == [Violation(pointer, field, description)]


def test_an_unknown_key_comes_with_the_known_ones() -> None:
    (violation,) = found(models.UndeleteItemBody, '{"validate": true}')
    assert violation.description == "is not known here"
    assert violation.known == ("etag", "requestId", "validateOnly")


def test_a_key_in_both_spellings_is_given_twice() -> None:
    text = '{"validateOnly": true, "validate_only": false}'
    (violation,) = found(models.UndeleteItemBody, text)
    expected = Violation("/validate_only", "validate_only", "is given as validateOnly too")
    assert violation == expected


def test_a_repeated_key_of_a_query_is_named() -> None:
    with pytest.raises(ValidationError) as refused:
        models.ListItemsQuery.from_pairs([("filter", "a"), ("filter", "b")])
    expected = Violation("/filter", "filter", "must be given only once")
    assert violations(refused.value, models.ListItemsQuery) == [expected]


def test_every_violation_is_found_up_to_a_bound() -> None:
    labels = ", ".join(f'"K{number}": 1' for number in range(500))
    assert len(found(models.ItemPatch, f'{{"labels": {{{labels}}}}}')) == MAX_VIOLATIONS


@pytest.mark.parametrize(
    "text", ["", "{", "nul", "{} {}", '{"a": 01}', "[" * 10_000, '{"a": 1, "a": 1}', '"\\ud800"']
)
def test_what_is_no_json_is_malformed(text: str) -> None:
    with pytest.raises(Malformed):
        parse(models.Item, text.encode())
