import pytest
from google.protobuf import json_format

from items.v1 import items_pb2 as pb
from items_client import writes

VIM = pb.Item(id="vim", name="Vim", labels={"section": "editors"}, etag="7")


def test_fields_take_the_place_of_those_of_the_item() -> None:
    request = writes.replace(VIM, name="Vi IMproved", labels={"tier": "gold"}, attributes={"n": 1})
    assert json_format.MessageToDict(request.item) == {
        "id": "vim",
        "name": "Vi IMproved",
        "labels": {"tier": "gold"},
        "attributes": {"n": 1},
        "etag": "7",
    }


def test_the_item_that_was_given_stays_as_it_is() -> None:
    before = VIM.SerializeToString(deterministic=True)
    writes.create(VIM, id="emacs", name=None, labels=None)
    assert VIM.SerializeToString(deterministic=True) == before


def test_a_field_that_is_none_has_no_value() -> None:
    assert not writes.replace(VIM, name=None).item.HasField("name")


def test_an_empty_etag_replaces_whatever_is_there() -> None:
    assert writes.replace(VIM, etag="").item.etag == ""


def test_an_update_without_a_mask_writes_what_is_named() -> None:
    request = writes.update("vim", name="Vim 9", labels={"old": None}, etag="7")
    assert list(request.update_mask.paths) == ["name", "labels.`old`"]
    assert (request.item.id, request.item.etag) == ("vim", "7")


def test_a_mask_is_sent_as_it_is() -> None:
    request = writes.update("vim", mask=["labels", "name"], labels={"a": "1"})
    assert list(request.update_mask.paths) == ["labels", "name"]


def test_a_mask_that_is_a_text_is_one_path() -> None:
    assert list(writes.update("vim", mask="name").update_mask.paths) == ["name"]


def test_options_belong_to_the_request() -> None:
    request = writes.create(id="vim", name="Vim", request_id="r", validate_only=True)
    assert (request.request_id, request.validate_only) == ("r", True)


def test_a_misspelt_field_is_refused() -> None:
    with pytest.raises(TypeError, match="nme"):
        writes.create(id="vim", nme="Vim")  # type: ignore[call-arg]  # the mistake under test


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        (writes.create(VIM), "create"),
        (writes.update("vim", name="Vim"), "update"),
        (writes.replace(VIM), "replace"),
        (writes.delete("vim", etag="7"), "delete"),
        (writes.undelete("vim"), "undelete"),
    ],
)
def test_every_write_fits_into_a_batch(write: writes.Write, kind: str) -> None:
    assert writes.in_batch(write).WhichOneof("write") == kind
