"""Upstream: gRPC requests go to the server, and answers or problems come back.

Concurrent reads and writes are coalesced into batch calls here.
May import `problems` and `metrics`.
"""
