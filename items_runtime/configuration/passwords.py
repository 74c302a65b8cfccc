"""URLs as they may be shown."""

import re

_OF_A_USER = re.compile(r"(//[^:/@?\[]*:).*@")
_OF_AN_OPTION = re.compile(r"([?&](?:ssl)?password=)[^&]*")


def without_password(url: str) -> str:
    """Give *url* without its password, even one with signs that should have been escaped."""
    return _OF_AN_OPTION.sub(r"\1***", _OF_A_USER.sub(r"\1***@", url))
