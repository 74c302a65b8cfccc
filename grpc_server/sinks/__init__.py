"""Sinks: the cursors and leases of relays.

A request of a relay comes in, is decided against the sink as it is stored, and is written
through `writes`.
May import `writes`, `reads`, `items` and `database`.
"""
