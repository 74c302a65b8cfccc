"""Copies a store in small pages, and says when each is written: to be killed."""

import sys

from store_tools.moving.move import moving

if __name__ == "__main__":
    with moving(*sys.argv[1:], page=20) as moved:
        print("goes on after", moved.head.revision, flush=True)  # noqa: T201  # for who kills it
        moved.complete(lambda count: print(count, flush=True))  # noqa: T201
