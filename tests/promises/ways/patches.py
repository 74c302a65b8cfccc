"""As JSON merge patches (RFC 7396)."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from grpc_server.items.masks import apply_mask, effective_mask
from items.v1.items_converters import item_patch_to_proto, item_to_json
from items.v1.items_models import ItemPatch
from rest_facade.requests.masks import mask_of
from tests.model.masks import merge_patch
from tests.promises.ways.item import pb, update

STOCK = st.dictionaries(st.sampled_from(["a", "b.c", "`"]), st.sampled_from(["0", "7", None]))
SIZE = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("width", "height"), st.sampled_from([1, 2.5, None]))
)
NOTES = st.dictionaries(
    st.sampled_from("xy"), st.sampled_from([None, 1, {"z": None}, {"z": [1]}, {}])
)
patches = st.fixed_dictionaries(
    {},
    optional={
        "brand": st.text("ab", max_size=3) | st.none(),
        "weight": st.sampled_from([0, 1.5, None]),
        "size": SIZE | st.none(),
        "stock": STOCK | st.none(),
        "nicknames": st.lists(st.sampled_from(["v", "w"]), unique=True) | st.none(),
        "warranty": st.sampled_from(["0s", "-2.500s", None]),
        "attributes": NOTES | st.none(),
    },
)


@given(before=patches, patch=patches)
@settings(max_examples=150, deadline=None)
def test_a_patch_is_a_json_merge_patch(before: dict[str, Any], patch: dict[str, Any]) -> None:
    item = pb.Item(id="vim", name="Vim")
    for body in (before, patch):
        model = ItemPatch.model_validate(body)
        mask = update(list(mask_of(model).paths))
        apply_mask(effective_mask(mask), item_patch_to_proto(model), item)
    expected = merge_patch(merge_patch({"id": "vim", "name": "Vim"}, before), patch)
    assert without_empty(item_to_json(item)) == without_empty(expected)


def without_empty(value: Any) -> Any:
    """*value* without objects and lists that have nothing: a message cannot tell most of them."""
    if not isinstance(value, dict):
        return value
    kept = {key: without_empty(inner) for key, inner in value.items()}
    return {key: inner for key, inner in kept.items() if inner not in ({}, [])}
