"""The page about watching says what is so."""

from items.v1 import items_pb2 as pb
from items_client.guarantees import GUARANTEES
from tests.docs.pages import blocks, page, rows

PAGE = "docs/watching.md"


def test_every_guarantee_is_listed_in_its_order() -> None:
    listed = [row[0] for row in rows(page(PAGE), "Guarantees")]
    assert listed == [guarantee.name for guarantee in GUARANTEES]


def test_every_field_of_the_request_is_named() -> None:
    text = page(PAGE)
    assert [
        name for name in pb.WatchItemsRequest.DESCRIPTOR.fields_by_name if name not in text
    ] == []


def test_the_examples_are_python() -> None:
    for example in blocks(page(PAGE), "python"):
        compile(
            f"async def example():\n    {example.replace(chr(10), chr(10) + '    ')}", PAGE, "exec"
        )
