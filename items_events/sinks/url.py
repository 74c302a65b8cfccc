"""The URLs of sinks: what they may say, and the name that a sink has without its secrets.

    amqp://user:password@host:5672/vhost?exchange=items&queue=items&label=section
    redis://user:password@host:6379/0?stream=items&maxlen=1000000
    nats://user:password@host:4222?stream=ITEMS&prefix=shop&label=section

`amqps`, `rediss` and `tls` are the same with TLS, and then take `cafile`.
"""

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

Broker = Literal["rabbitmq", "redis", "nats"]

LONGEST_NAME: Final = 512
"""What the contract allows."""


class BadUrl(ValueError):
    """The URL is none of a sink; the message says what is wrong, and holds no secret."""


@dataclass(frozen=True, slots=True)
class Scheme:
    """What a scheme means, and what its URLs may say.

    *places* are the options that tell one sink of a broker from another, with their
    defaults; *options* are the others.
    """

    broker: Broker
    port: int
    places: Mapping[str, str]
    options: frozenset[str]
    is_secure: bool = False


_RABBITMQ: Final = {"exchange": "items"}
_REDIS: Final = {"stream": "items"}
_NATS: Final = {"stream": "ITEMS", "prefix": ""}

SCHEMES: Final[Mapping[str, Scheme]] = MappingProxyType(
    {
        "amqp": Scheme("rabbitmq", 5672, _RABBITMQ, frozenset({"queue", "label"})),
        "amqps": Scheme("rabbitmq", 5671, _RABBITMQ, frozenset({"queue", "label", "cafile"}), True),
        "redis": Scheme("redis", 6379, _REDIS, frozenset({"maxlen"})),
        "rediss": Scheme("redis", 6379, _REDIS, frozenset({"maxlen", "cafile"}), True),
        "nats": Scheme("nats", 4222, _NATS, frozenset({"label"})),
        "tls": Scheme("nats", 4222, _NATS, frozenset({"label", "cafile"}), True),
    }
)

_PATTERNS: Final[Mapping[str, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "exchange": (re.compile(r"(?!amq\.)[A-Za-z0-9_.:-]{1,127}"), "letters, digits and ._:-"),
        "queue": (re.compile(r"(?!amq\.)[A-Za-z0-9_.:-]{1,127}"), "letters, digits and ._:-"),
        "label": (re.compile(r"[a-z0-9]([a-z0-9._/-]{0,61}[a-z0-9])?"), "the key of a label"),
        "maxlen": (re.compile(r"[1-9][0-9]{0,17}"), "a number above 0"),
        "prefix": (re.compile(r"([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*){0,1}"), "words with dots"),
        "cafile": (re.compile(r".+"), "the path of a file"),
    }
)
_STREAMS: Final[Mapping[Broker, tuple[re.Pattern[str], str]]] = MappingProxyType(
    {
        "redis": (re.compile(r"[\x21-\x7e]{1,255}"), "at most 255 signs without a space"),
        "nats": (re.compile(r"[A-Za-z0-9_-]{1,127}"), "letters, digits and _-"),
    }
)


@dataclass(frozen=True, slots=True)
class SinkUrl:
    """A URL of a sink, taken apart."""

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

    @classmethod
    def parse(cls, text: str) -> "SinkUrl":
        """Read *text*. Raises BadUrl."""
        try:
            parts = urlsplit(text)
            port = parts.port
        except ValueError as error:
            raise BadUrl("the URL of a sink has a host or a port that cannot be read") from error
        if "@" not in parts.netloc and "@" in text:
            raise BadUrl("the URL of a sink has / ? or # before its @: write %2F %3F or %23")
        scheme = _scheme(parts)
        if not parts.hostname:
            raise BadUrl(f"the {parts.scheme} URL names no host: {_EXAMPLES[scheme.broker]}")
        if parts.fragment:
            raise BadUrl(f"the {parts.scheme} URL has a fragment, which means nothing")
        options = _options(parts, scheme)
        place = {key: options[key] for key in scheme.places if options[key]}
        path = _path(parts, scheme.broker)
        host, port = parts.hostname, port or scheme.port
        shown = f"[{host}]" if ":" in host else host
        name = f"{parts.scheme}://{shown}:{port}{path}?{urlencode(place)}"
        if len(name) > LONGEST_NAME:
            raise BadUrl(f"the {parts.scheme} URL is too long for the name of a sink")
        return cls(
            scheme=parts.scheme,
            broker=scheme.broker,
            is_secure=scheme.is_secure,
            host=host,
            port=port,
            user=_decoded(parts.username),
            password=_decoded(parts.password),
            path=path,
            name=name,
            options=MappingProxyType(options),
        )


_EXAMPLES: Final[Mapping[Broker, str]] = MappingProxyType(
    {
        "rabbitmq": "amqp://user:password@host:5672/vhost?exchange=items",
        "redis": "redis://host:6379/0?stream=items",
        "nats": "nats://host:4222?stream=ITEMS",
    }
)


def _scheme(parts: SplitResult) -> Scheme:
    found = SCHEMES.get(parts.scheme)
    if found is None:
        known = ", ".join(SCHEMES)
        raise BadUrl(f"the URL of a sink begins with one of {known}, not {parts.scheme!r}")
    return found


def _options(parts: SplitResult, scheme: Scheme) -> dict[str, str]:
    """The options that the query sets, and the places that it does not."""
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


def _check(key: str, value: str, scheme: str, broker: Broker) -> None:
    pattern, meaning = _STREAMS[broker] if key == "stream" else _PATTERNS[key]
    if not pattern.fullmatch(value):
        raise BadUrl(f"the {scheme} URL sets {key} to {value[:40]!r}, which is not {meaning}")


def _path(parts: SplitResult, broker: Broker) -> str:
    """The path in one spelling: of RabbitMQ the virtual host, of Redis the database."""
    content = unquote(parts.path.removeprefix("/"))
    match broker:
        case "rabbitmq":
            return f"/{quote(content, safe='')}" if content != "/" else "/"
        case "redis" if re.fullmatch(r"[0-9]{0,5}", content):
            return f"/{int(content or 0)}"
        case "nats" if not content:
            return ""
    raise BadUrl(f"the {parts.scheme} URL has a path that means nothing: {_EXAMPLES[broker]}")


def _decoded(text: str | None) -> str | None:
    return None if text is None else unquote(text)
