"""A script over REST: creates an item and renames it, and overwrites no one else's change.

    python examples/rename_over_rest.py --rest http://127.0.0.1:8000

Needs nothing but Python. A refusal is a problem document: branch on its `reason`.
"""

import argparse
import json
import time
import uuid
from collections.abc import Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

ITEM = "example-desk-chair"
PASSING = {"OVERLOADED", "SHUTTING_DOWN", "STORE_UNAVAILABLE", "UPSTREAM_UNAVAILABLE"}
"""Reasons to try again, after the delay that the service names."""


class Refused(Exception):
    """The service refused: *reason* for programs, *problem* has the rest."""

    def __init__(self, problem: Mapping[str, Any], delay: float) -> None:
        super().__init__(f"{problem['reason']}: {problem['detail']}")
        self.reason = problem["reason"]
        self.delay = delay


def main() -> None:
    """Create the item, unless it is there, and rename it."""
    parser = argparse.ArgumentParser(description="Create an item over REST, and rename it.")
    parser.add_argument("--rest", default="http://127.0.0.1:8000", help="default: %(default)s")
    items = f"{parser.parse_args().rest}/v1/items"
    try:
        send("POST", items, {"id": ITEM, "name": "Desk chair"})
    except Refused as error:
        if error.reason != "ITEM_ALREADY_EXISTS":
            raise
    renamed = rename(f"{items}/{ITEM}", "Desk chair, blue")
    print(f"{renamed['name']!r} at revision {renamed['revision']}")


def rename(item: str, name: str) -> dict[str, Any]:
    """Rename what is at the URL *item*, whatever others change meanwhile."""
    while True:
        etag = send("GET", item)["etag"]
        try:
            return send("PATCH", item, {"name": name}, {"If-Match": f'"{etag}"'})
        except Refused as error:
            if error.reason != "ETAG_MISMATCH":
                raise


def send(
    method: str, url: str, body: object = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Call the service, five times at most; a write has one key, and so takes effect once."""
    key = {"Idempotency-Key": str(uuid.uuid4())} if method != "GET" else {}
    data = None if body is None else json.dumps(body).encode()
    kind = {"Content-Type": "application/json"}
    request = Request(url, data, {**kind, **key, **(headers or {})}, method=method)  # noqa: S310  # http
    for _ in range(4):
        try:
            return call(request)
        except Refused as error:
            if error.reason not in PASSING:
                raise
            time.sleep(error.delay)
    return call(request)


def call(request: Request) -> dict[str, Any]:
    """Return the JSON of the answer. Raises Refused."""
    try:
        with urlopen(request, timeout=15) as answer:  # noqa: S310  # http
            return json.load(answer)  # type: ignore[no-any-return]  # an object, by the contract
    except HTTPError as error:
        raise Refused(json.load(error), float(error.headers.get("Retry-After", 1))) from error


if __name__ == "__main__":
    try:
        main()
    except (Refused, URLError) as error:
        raise SystemExit(f"rename_over_rest: {error}") from None
