"""The wire format of messages, as far as parts that are encoded once are put together.

The order of fields is free, and what is repeated is a field each time
(https://protobuf.dev/programming-guides/encoding/), so that a message is the
concatenation of its parts.
"""

_LENGTH_DELIMITED = 2
_MORE = 0x80


def embedded(field_number: int, message: bytes) -> bytes:
    """The field *field_number* that holds *message*, which is encoded."""
    return b"".join(
        (_varint(field_number << 3 | _LENGTH_DELIMITED), _varint(len(message)), message)
    )


def _varint(number: int) -> bytes:
    if number < _MORE:
        return bytes((number,))
    encoded = bytearray()
    while number >= _MORE:
        encoded.append(number & (_MORE - 1) | _MORE)
        number >>= 7
    encoded.append(number)
    return bytes(encoded)
