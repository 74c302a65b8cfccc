"""The content security policies of the pages."""

import base64
import hashlib
import re

_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)

OWN_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of a page whose style and script are files of ours, and that calls us."""


READ_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
"""The policy of a page that is only read: it has our style, and no script."""


def viewer_policy(page: str) -> str:
    """Return the policy of a page that draws the OpenAPI document; viewers set inline styles."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {_hashes(page)}".rstrip(),
            "style-src 'self' 'unsafe-inline'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "worker-src blob:",
            "frame-ancestors 'none'",
        )
    )


def _hashes(page: str) -> str:
    return " ".join(map(_source, _SCRIPT.findall(page)))


def _source(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
