"""The URLs of brokers: their options, and their names, which hold no secrets.

The brokers that events are published to:

    amqp://user:password@host:5672/vhost?exchange=items&queue=items&label=section
    redis://user:password@host:6379/0?stream=items&maxlen=1000000
    nats://user:password@host:4222?stream=ITEMS&prefix=shop&label=section

The sources that writes are read from:

    amqp://user:password@host:5672/vhost?queue=item-writes&dead=item-writes.dead
    redis://user:password@host:6379/0?stream=item-writes&group=items&dead=item-writes.dead

`amqps`, `rediss` and `tls` are the same over TLS, and accept `cafile`.
"""

import difflib
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from items_events.brokers.unavailable import BrokerUnavailable

Broker = Literal["rabbitmq", "redis", "nats"]

MAX_NAME: Final = 512
"""The characters that the contract allows in the name of a sink."""


class BadUrl(ValueError):
    """The URL of a broker is invalid. The message says why, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """A URL scheme: its broker, and the options that its URLs may set.

    *places* are the options that identify a place in the broker, with their defaults;
    *options* are all others.
    """

    broker: Broker
    port: int
    places: Mapping[str, str]
    options: frozenset[str]
    is_secure: bool = False

    def secured(self, port: int) -> "Scheme":
        """Return the same scheme over TLS, at *port*."""
        return replace(self, port=port, options=self.options | {"cafile"}, is_secure=True)


def _with_tls(rabbitmq: Scheme, redis: Scheme, nats: Scheme | None = None) -> Mapping[str, Scheme]:
    schemes = {
        "amqp": rabbitmq,
        "amqps": rabbitmq.secured(5671),
        "redis": redis,
        "rediss": redis.secured(6379),
    }
    if nats is not None:
        schemes |= {"nats": nats, "tls": nats.secured(4222)}
    return MappingProxyType(schemes)


PUBLISHERS: Final = _with_tls(
    Scheme("rabbitmq", 5672, {"exchange": "items"}, frozenset({"queue", "label"})),
    Scheme("redis", 6379, {"stream": "items"}, frozenset({"maxlen"})),
    Scheme("nats", 4222, {"stream": "ITEMS", "prefix": ""}, frozenset({"label"})),
)
SOURCES: Final = _with_tls(
    Scheme("rabbitmq", 5672, {"queue": "item-writes"}, frozenset({"dead"})),
    Scheme(
        "redis", 6379, {"stream": "item-writes", "group": "items"}, frozenset({"dead", "consumer"})
    ),
)


@dataclass(frozen=True, slots=True)
class BrokerUrl:
    """The parts of a URL. *name* is the URL without user, password and *Scheme.options*."""

    scheme: str
    broker: Broker
    is_secure: bool
    host: str
    port: int
    user: str | None
    password: str | None
    path: str
    name: str
    options: Mapping[str, str]

    def tls_context(self) -> ssl.SSLContext | None:
        """Return the TLS context of a connection; None for a URL without TLS.

        It verifies the broker's certificate, against `cafile` if the URL names one.

        Raises:
            BrokerUnavailable: the file cannot be read.
        """
        if not self.is_secure:
            return None
        try:
            return ssl.create_default_context(cafile=self.options.get("cafile"))
        except OSError as error:
            raise BrokerUnavailable(f"the cafile cannot be read: {error}") from error


def publisher_url(text: str) -> BrokerUrl:
    """Parse the URL of a broker to publish to. Raises BadUrl."""
    return _parse(text, PUBLISHERS)


def source_url(text: str) -> BrokerUrl:
    """Parse the URL of a source of writes. Raises BadUrl."""
    return _parse(text, SOURCES)


def _parse(text: str, schemes: Mapping[str, Scheme]) -> BrokerUrl:
    parts, port = _split(text)
    scheme = _scheme(parts, schemes)
    if not parts.hostname:
        raise BadUrl(f"the {parts.scheme} URL names no host")
    if parts.fragment:
        raise BadUrl(f"the {parts.scheme} URL has a fragment, which no broker uses: remove it")
    options = _options(parts, scheme)
    path = _path(parts, scheme.broker)
    return BrokerUrl(
        scheme=parts.scheme,
        broker=scheme.broker,
        is_secure=scheme.is_secure,
        host=parts.hostname,
        port=port or scheme.port,
        user=_decoded(parts.username),
        password=_decoded(parts.password),
        path=path,
        name=_name(parts, scheme, path, options),
        options=MappingProxyType(options),
    )


def _split(text: str) -> tuple[SplitResult, int | None]:
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError as error:
        raise BadUrl("the URL has an invalid host or port") from error
    if "@" not in parts.netloc and "@" in text:
        raise BadUrl("the URL has / ? or # before its @: write them as %2F %3F or %23")
    if not text.isascii() or not text.isprintable() or " " in text:
        raise BadUrl("the URL has characters that a URL cannot hold: write them as %XX")
    return parts, port


def _scheme(parts: SplitResult, schemes: Mapping[str, Scheme]) -> Scheme:
    found = schemes.get(parts.scheme)
    if found is None:
        raise BadUrl(f"the URL must begin with one of {', '.join(schemes)}, not {parts.scheme!r}")
    return found


def _name(parts: SplitResult, scheme: Scheme, path: str, options: Mapping[str, str]) -> str:
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    place = urlencode({key: options[key] for key in scheme.places if options[key]})
    name = f"{parts.scheme}://{host}:{parts.port or scheme.port}{path}?{place}"
    if len(name) > MAX_NAME:
        raise BadUrl(f"the {parts.scheme} URL has more than {MAX_NAME} characters")
    return name


def _options(parts: SplitResult, scheme: Scheme) -> dict[str, str]:
    """Return the options that the query sets, and the defaults of the places that it does not."""
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    given = dict(pairs)
    if len(given) < len(pairs):
        raise BadUrl(f"the {parts.scheme} URL sets an option twice")
    known = scheme.options | scheme.places.keys()
    for key, value in given.items():
        if key not in known:
            raise BadUrl(_unknown(key, parts.scheme, known))
        _check(key, value, parts.scheme, scheme.broker)
    return {**scheme.places, **given}


def _unknown(key: str, scheme: str, known: frozenset[str]) -> str:
    near = difflib.get_close_matches(key, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"it has {', '.join(sorted(known))}"
    return f"the {scheme} URL has no option {key[:40]!r}; {hint}"


_RABBITMQ_NAME: Final = (re.compile(r"(?!amq\.)[A-Za-z0-9_.:-]{1,127}"), "letters, digits, ._:-")
_REDIS_NAME: Final = (re.compile(r"[\x21-\x7e]{1,127}"), "1 to 127 characters without spaces")
_NATS_NAME: Final = (re.compile(r"[A-Za-z0-9_-]{1,127}"), "letters, digits and _-")
_NAMES: Final[Mapping[Broker, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {"rabbitmq": _RABBITMQ_NAME, "redis": _REDIS_NAME, "nats": _NATS_NAME}
)
_VALUES: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "label": (re.compile(r"[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?"), "the key of a label"),
        "maxlen": (re.compile(r"[1-9][0-9]{0,17}"), "a number above 0"),
        "prefix": (re.compile(r"|[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"), "words separated by dots"),
        "cafile": (re.compile(r".+"), "the path of a file"),
    }
)


def _check(key: str, value: str, scheme: str, broker: Broker) -> None:
    pattern, meaning = _VALUES.get(key) or _NAMES[broker]
    if not pattern.fullmatch(value):
        raise BadUrl(f"the {scheme} URL sets {key} to {value[:40]!r}, which is not {meaning}")


def _path(parts: SplitResult, broker: Broker) -> str:
    """Normalize the path: the virtual host of RabbitMQ, the database of Redis."""
    content = unquote(parts.path.removeprefix("/"))
    match broker:
        case "rabbitmq":
            return "/" if content == "/" else f"/{quote(content, safe='')}"
        case "redis" if re.fullmatch(r"[0-9]{0,5}", content):
            return f"/{int(content or 0)}"
        case "nats" if not content:
            return ""
    raise BadUrl(f"the {parts.scheme} URL has a path that {broker} does not use")


def _decoded(text: str | None) -> str | None:
    return None if text is None else unquote(text)
