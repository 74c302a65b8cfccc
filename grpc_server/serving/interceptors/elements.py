"""The elements of an encoded message, counted before it is decoded.

An element is an entry of a repeated field or of a map. In 4 MiB there can be two million
of them: two bytes each on the wire, a hundred once they are decoded. The wire format is
that of https://protobuf.dev/programming-guides/encoding/.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Final, NamedTuple

from google.protobuf.descriptor import Descriptor

MAX_ELEMENTS: Final = 100_000
"""The most elements that a request may have: a thousand writes of a hundred elements each."""

_VARINT, _FIXED64, _DELIMITED, _FIXED32 = 0, 1, 2, 5
_FIXED = {_FIXED64: 8, _FIXED32: 4}
_MORE, _BITS = 0x80, 0x7F
_LONGEST_SHIFT = 63

_SMALLEST = 2
"""Bytes of the smallest element: a tag, and no length."""


class _Field(NamedTuple):
    """A delimited field: whether each is an element, and the message in it, if it is one."""

    is_repeated: bool
    inner: Descriptor | None


def elements_of(descriptor: Descriptor) -> Callable[[bytes], int]:
    """Return a function that bounds the elements of an encoded message of *descriptor*.

    What it returns is more than MAX_ELEMENTS only if the message has more. It costs a pass
    over the bytes for each kind of element; a message in which such bytes are frequent is
    walked through, at most up to the element that is too much.
    """
    tags = [bytes((tag,)) for tag in sorted(_element_tags(descriptor))]

    def bound(encoded: bytes) -> int:
        most = len(encoded) // _SMALLEST
        if most > MAX_ELEMENTS:
            most = sum(map(encoded.count, tags))
        return most if most <= MAX_ELEMENTS else _count(encoded, descriptor)

    return bound


def _element_tags(descriptor: Descriptor) -> set[int]:
    """The first byte of the tag of each element that a message of *descriptor* can have."""
    return {
        tag & _BITS | (_MORE if tag > _BITS else 0)
        for message in _reachable(descriptor)
        for tag, field in _fields(message).items()
        if field.is_repeated
    }


def _reachable(descriptor: Descriptor) -> Iterator[Descriptor]:
    found, waiting = {descriptor.full_name}, [descriptor]
    while waiting:
        message = waiting.pop()
        yield message
        for _, inner in _fields(message).values():
            if inner is not None and inner.full_name not in found:
                found.add(inner.full_name)
                waiting.append(inner)


@cache
def _fields(descriptor: Descriptor) -> Mapping[int, _Field]:
    """The delimited fields of a message, by their tags."""
    return {
        field.number << 3 | _DELIMITED: _Field(field.is_repeated, field.message_type)
        for field in descriptor.fields
        if field.is_repeated or field.message_type is not None
    }


def _count(encoded: bytes, descriptor: Descriptor) -> int:
    """Count elements, at most one more than MAX_ELEMENTS; those before what is no message."""
    count = 0
    try:
        for _ in _walk(encoded, descriptor):
            count += 1
            if count > MAX_ELEMENTS:
                break
    except IndexError:
        return count  # it ends too early: decoding refuses it
    return count


def _walk(encoded: bytes, descriptor: Descriptor) -> Iterator[None]:
    """Yield for each element of *encoded*.

    Raises:
        IndexError: it ends within a field, or a number has no end.
    """
    position, end, fields = 0, len(encoded), _fields(descriptor)
    outer: list[tuple[int, Mapping[int, _Field]]] = []
    while True:
        while position >= end:
            if not outer:
                return
            end, fields = outer.pop()
        tag, position = _read_varint(encoded, position)
        kind = tag & 7
        if kind == _VARINT:
            _, position = _read_varint(encoded, position)
        elif kind == _DELIMITED:
            length, position = _read_varint(encoded, position)
            field = fields.get(tag)
            if field is not None and field.is_repeated:
                yield
            if field is None or field.inner is None:
                position += length
            elif length:
                outer.append((end, fields))
                end, fields = position + length, _fields(field.inner)
        else:
            position += _FIXED.get(kind, end)  # groups are no part of proto3


def _read_varint(encoded: bytes, position: int) -> tuple[int, int]:
    """Return the number that begins at *position*, and where it ends.

    Raises:
        IndexError: it does not end within ten bytes, or not at all.
    """
    byte = encoded[position]
    position += 1
    if byte < _MORE:
        return byte, position
    number, shift = byte & _BITS, 7
    while byte >= _MORE:
        byte = encoded[position]
        number |= (byte & _BITS) << shift
        position, shift = position + 1, shift + 7
        if shift > _LONGEST_SHIFT + 7:
            raise IndexError("a number of more than ten bytes")
    return number, position
