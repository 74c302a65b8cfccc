from itertools import count

from items_cli.importing import batches
from items_cli.importing.batches import Batch, gather
from items_cli.importing.lines import Line


def line(number: int, size: int = 0) -> Line:
    text = "x" * size
    item = f'{{"id": "i{number}", "name": "x", "attributes": {{"text": "{text}"}}}}'
    return Line(number, item.encode())


def numbers(batch: Batch) -> list[int]:
    return list(batch.items)


def test_lines_are_gathered_in_order() -> None:
    found = list(gather([line(n) for n in range(1, 6)], 2))
    assert [numbers(batch) for batch in found] == [[1, 2], [3, 4], [5]]


def test_a_batch_stays_below_what_one_call_can_carry() -> None:
    found = list(gather([line(n, size=60_000) for n in range(1, 121)], 1000))
    assert [len(batch.items) for batch in found] == [52, 52, 16]
    assert all(batch.size <= batches.MOST_BYTES for batch in found)


def test_refused_lines_count_like_the_others() -> None:
    bad = [Line(number, b"x") for number in (1, 2, 3)]
    first, second = gather(bad, 2)
    assert (set(first.refused), set(second.refused)) == ({1, 2}, {3})


def test_blank_lines_are_passed_over() -> None:
    (batch,) = gather([Line(1, b"  "), line(2), Line(3, b"")], 10)
    assert (numbers(batch), batch.refused) == ([2], {})


def test_no_more_lines_are_read_than_a_batch_needs() -> None:
    endless = (line(number) for number in count(1))
    assert numbers(next(gather(endless, 3))) == [1, 2, 3]
    assert next(endless).content.startswith(b'{"id": "i5"')
