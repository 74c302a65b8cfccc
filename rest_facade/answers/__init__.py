"""Answers: a gRPC answer becomes JSON; a stream, server-sent events or NDJSON.

May import `requests`, `upstream` and `problems`.
"""
