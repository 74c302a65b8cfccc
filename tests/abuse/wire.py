"""The wire format of protobuf by hand: messages that no library would write."""


def varint(number: int) -> bytes:
    """A number, seven bits a byte."""
    low, rest = number & 0x7F, number >> 7
    return bytes([low | 0x80]) + varint(rest) if rest else bytes([low])


def field(number: int, payload: bytes) -> bytes:
    """A field that holds text, bytes or a message."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def item(*, attributes: bytes = b"", item_id: bytes = b"a", name: bytes = b"A") -> bytes:
    """An items.v1.Item."""
    return field(1, item_id) + field(2, name) + field(5, attributes)


def create(item: bytes) -> bytes:
    """An items.v1.CreateItemRequest; an update or a replacement looks the same."""
    return field(1, item)


def nested_objects(depth: int) -> bytes:
    """A google.protobuf.Struct of that *depth*, null at its end."""
    value = b"\x08\x00"
    for _ in range(depth):
        struct = field(1, field(1, b"k") + field(2, value))
        value = field(5, struct)
    return struct


def nested_lists(depth: int) -> bytes:
    """A google.protobuf.Struct with a list of lists, of that *depth* in all."""
    value = b"\x08\x00"
    for _ in range(depth - 1):
        value = field(6, field(1, value))
    return field(1, field(1, b"k") + field(2, value))
