"""Texts in the formats that the OpenAPI document names and JSON Schema cannot describe."""

from hypothesis.strategies import (
    SearchStrategy,
    builds,
    just,
    lists,
    one_of,
    recursive,
    sampled_from,
)

CONDITIONS = sampled_from(
    (
        "vim",
        "name:vim",
        'name = "V*"',
        "id > a",
        "labels:section",
        "labels.section = editors",
        "attributes.version >= 9.1",
        'attributes."a b".c:*',
        "revision > 2",
        'create_time < "2026-01-01T00:00:00Z"',
        "delete_time:*",
    )
)

FILTERS = recursive(
    CONDITIONS,
    lambda inner: one_of(
        builds("({} AND {})".format, inner, inner),
        builds("({} OR {})".format, inner, inner),
        builds("NOT ({})".format, inner),
    ),
    max_leaves=5,
)

ORDERS = sampled_from(
    ("", "name", "name desc", "update_time desc, id", "labels.section", "attributes.version desc")
)

MASKS = sampled_from(
    (
        "*",
        "name",
        "name,description",
        "labels",
        "labels.section",
        "attributes.*",
        "attributes.a.`b c`",
    )
)

TAGS = sampled_from(('"1"', '"2"', '"30"', 'W/"1"', '""'))

FORMATS: dict[str, SearchStrategy[str]] = {
    "aip-160-filter": FILTERS,
    "aip-132-order": ORDERS,
    "field-mask": MASKS,
    "entity-tags": one_of(just("*"), lists(TAGS, min_size=1, max_size=3).map(", ".join)),
    "page-token": just(""),  # others come from answers; no client can make one
}
