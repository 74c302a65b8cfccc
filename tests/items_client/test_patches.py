import pytest
from google.protobuf import json_format

from items.v1.items_fields import ItemFields
from items_client.patches import patch


@pytest.mark.parametrize(
    ("changes", "paths", "values"),
    [
        ({"name": "Vim"}, ["name"], {"name": "Vim"}),
        ({"description": None}, ["description"], {}),
        ({"description": ""}, ["description"], {"description": ""}),
        ({"labels": None}, ["labels"], {}),
        (
            {"labels": {"a": "1", "b.c/d": None}},
            ["labels.`a`", "labels.`b.c/d`"],
            {"labels": {"a": "1"}},
        ),
        ({"attributes": None}, ["attributes"], {}),
        (
            {"attributes": {"a": {"b": None}, "c": [1, True]}},
            ["attributes.*"],
            {"attributes": {"a": {"b": None}, "c": [1, True]}},
        ),
        ({}, [], {}),
    ],
)
def test_keyword_arguments_are_a_merge_patch(
    changes: ItemFields, paths: list[str], values: dict[str, object]
) -> None:
    item, mask = patch(changes)
    assert list(mask) == paths
    assert json_format.MessageToDict(item) == values
