"""Bytes: base64, in either alphabet, with or without padding; written in the first one."""

import re
from base64 import b64encode, urlsafe_b64decode
from typing import Final

from items_protojson.scalars.json_type import JsonType
from items_protojson.scalars.refusal import refusal

BASE64: Final = re.compile(r"([A-Za-z0-9+/_-]*)={0,2}", re.ASCII)
DOCUMENTED: Final = "^([A-Za-z0-9+/_-]{4})*([A-Za-z0-9+/_-]{2}(==)?|[A-Za-z0-9+/_-]{3}=?)?$"
URL_SAFE: Final = str.maketrans("+/", "-_")
QUANTUM: Final = 4
"""Characters that stand for three bytes."""


def base64(min_len: int = 0, max_len: int | None = None) -> JsonType:
    """Bytes: at least *min_len* and at most *max_len* of them."""

    def read(value: object) -> bytes:
        found = _from_json(value)
        if len(found) < min_len:
            raise refusal("bytes_too_short", "must have at least {size} bytes", size=min_len)
        if max_len is not None and len(found) > max_len:
            raise refusal("bytes_too_long", "must have at most {size} bytes", size=max_len)
        return found

    text = {"type": "string", "contentEncoding": "base64"}
    longest = {} if max_len is None else {"maxLength": max_len * QUANTUM // 3}
    return JsonType(read, base64_to_json, {**text, "pattern": DOCUMENTED, **longest}, text)


def base64_to_json(value: bytes) -> str:
    """*value* in the standard alphabet, padded."""
    return b64encode(value).decode()


def _from_json(value: object) -> bytes:
    """Read base64 text; bytes are taken as they are."""
    if isinstance(value, bytes):
        return value
    match = BASE64.fullmatch(value) if isinstance(value, str) else None
    if match is None or len(match[1]) % QUANTUM == 1:
        raise refusal("base64", "must be base64 text")
    return urlsafe_b64decode(match[1].translate(URL_SAFE) + "=" * (-len(match[1]) % QUANTUM))
