"""Page tokens: where the next page starts, sealed and bound to the request, as in AIP-158.

A token is URL-safe text over

    version   1 byte
    request  16 bytes   digest of the request that it belongs to
    cursor              JSON
    seal     16 bytes   keyed digest of all of the above

It hides nothing: a client can read its own cursor. It cannot change it, nor take it
to another request or another store.
"""

import base64
import binascii
import hmac
import json
from datetime import UTC, datetime, timedelta
from hashlib import blake2b

from grpc_server.database.query import Cursor
from grpc_server.items.errors import InvalidOrderBy, InvalidPageToken

MAX_CHARACTERS = 8192
"""The longest token; the contract states it as a rule of page_token."""

_VERSION = b"\x01"
_DIGEST_SIZE = 16
_KEY_SIZES = range(16, blake2b.MAX_KEY_SIZE + 1)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


class PageTokens:
    """The page tokens of one store: *key* is its secret, 16 to 64 bytes."""

    def __init__(self, key: bytes) -> None:
        if len(key) not in _KEY_SIZES:
            raise ValueError("the key of page tokens has 16 to 64 bytes")
        self._key = key

    def encode(self, request: str, cursor: Cursor) -> str:
        """The token that carries *cursor* to the next call of *request*.

        *request* is all that picks the items: the method, and each field but the page's.

        Raises:
            InvalidOrderBy: the values that are sorted by are too long to be carried.
        """
        body = _VERSION + _digest(request) + _write_cursor(cursor)
        token = _to_text(body + self._seal(body))
        if len(token) > MAX_CHARACTERS:
            raise InvalidOrderBy.at(
                "order_by", "the values are too long to continue from; order by shorter ones"
            )
        return token

    def decode(self, request: str, token: str) -> Cursor:
        """The cursor that *token* carries.

        Raises:
            InvalidPageToken: it was not made here, or is damaged, or was made for
                another request.
        """
        sealed = _from_text(token)
        body, seal = sealed[:-_DIGEST_SIZE], sealed[-_DIGEST_SIZE:]
        if not hmac.compare_digest(seal, self._seal(body)) or body[:1] != _VERSION:
            raise _damaged()
        if body[1 : 1 + _DIGEST_SIZE] != _digest(request):
            raise InvalidPageToken.at(
                "page_token",
                "made for another request: all fields but page_size, such as filter, order_by "
                "and show_deleted, must be those of the first page",
            )
        return _read_cursor(body[1 + _DIGEST_SIZE :])

    def _seal(self, body: bytes) -> bytes:
        return blake2b(body, digest_size=_DIGEST_SIZE, key=self._key, person=b"page-token").digest()


def _digest(request: str) -> bytes:
    return blake2b(request.encode(errors="surrogatepass"), digest_size=_DIGEST_SIZE).digest()


def _damaged() -> InvalidPageToken:
    return InvalidPageToken.at(
        "page_token", "damaged: send next_page_token as it was received, or start anew without it"
    )


def _to_text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _from_text(token: str) -> bytes:
    """The bytes of *token*; one text only stands for them."""
    if len(token) > MAX_CHARACTERS or not token.isascii():
        raise _damaged()
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except binascii.Error as error:
        raise _damaged() from error
    if _to_text(data) != token:
        raise _damaged()
    return data


def _write_cursor(cursor: Cursor) -> bytes:
    text = json.dumps(cursor, default=_write_time, ensure_ascii=False, separators=(",", ":"))
    return text.encode()


def _read_cursor(data: bytes) -> Cursor:
    return tuple(json.loads(data, object_hook=_read_time))


def _write_time(value: datetime) -> dict[str, int]:
    return {"t": (value - _EPOCH) // _MICROSECOND}


def _read_time(value: dict[str, int]) -> datetime:
    return _EPOCH + value["t"] * _MICROSECOND
