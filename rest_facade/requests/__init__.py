"""Requests: path, query, headers and body become one gRPC request.

What cannot be read is refused as a problem. May import `upstream` and `problems`.
"""
