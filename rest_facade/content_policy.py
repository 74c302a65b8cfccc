"""What a page of ours may load and run: what it is served with, and nothing else."""

import base64
import hashlib
import re

_INLINE = re.compile(r"<(script|style)>(.*?)</\1>", re.DOTALL)

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of a page whose style and script are files of ours, and that calls us."""


def viewer_policy(page: str) -> str:
    """The policy of a page that draws the OpenAPI document; viewers set inline styles."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {_hashes(page, 'script')}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "worker-src blob:",
            "frame-ancestors 'none'",
        )
    )


def page_policy(page: str) -> str:
    """The policy of a page that is only read: its own style."""
    return f"default-src 'none'; style-src {_hashes(page, 'style')}; frame-ancestors 'none'"


def _hashes(page: str, kind: str) -> str:
    return " ".join(_source(text) for found, text in _INLINE.findall(page) if found == kind)


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
