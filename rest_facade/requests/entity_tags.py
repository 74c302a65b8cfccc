"""Entity tags, RFC 9110, 8.8.3: `"42"` for the etag 42."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from rest_facade.problems.problems import Place, Violation, invalid

COMPRESSED = "-gzip"
"""What the tag of a compressed answer ends with: other bytes need another strong tag."""

_TAG = re.compile(r'(?P<weak>W/)?"(?P<opaque>[\x21\x23-\x7e\x80-\xff]*)"')


@dataclass(frozen=True, slots=True)
class EntityTags:
    """The condition of a header: any version at all, or one of these etags."""

    any: bool
    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()


def entity_tag(etag: str) -> str:
    """Return the tag of the version *etag*."""
    return f'"{etag}"'


def known_tag(headers: Mapping[str, str], etag: str) -> str:
    """Return the tag by which the client knows the version *etag*, compressed or not."""
    known = headers.get("if-none-match", "")
    compressed = entity_tag(etag + COMPRESSED)
    return compressed if compressed in known and entity_tag(etag) not in known else entity_tag(etag)


def read_entity_tags(headers: Mapping[str, str], name: str) -> EntityTags | None:
    """Return the tags in the header *name*; None without it.

    Raises:
        Problem: the header is neither `*` nor a list of entity tags.
    """
    text = headers.get(name.lower())
    if text is None:
        return None
    if text.strip() == "*":
        return EntityTags(any=True)
    found = [_TAG.fullmatch(part.strip()) for part in text.split(",")]
    tags = [tag for tag in found if tag is not None]
    if len(tags) < len(found):
        raise _unreadable(name, text)
    return EntityTags(
        any=False,
        strong=tuple(_etag(tag) for tag in tags if not tag["weak"]),
        weak=tuple(_etag(tag) for tag in tags if tag["weak"]),
    )


def _etag(tag: re.Match[str]) -> str:
    return tag["opaque"].removesuffix(COMPRESSED)


def _unreadable(name: str, text: str) -> Exception:
    quoted = re.fullmatch(r"[\w.-]{1,64}", text, re.ASCII)
    return invalid(
        Violation(
            Place.HEADER,
            name,
            'must be `*` or entity tags in double quotes, such as "42"',
            entity_tag(text) if quoted else None,
        )
    )
