"""Problems (RFC 9457): the one table from gRPC statuses and reasons to HTTP.

Imports nothing else of the facade.
"""
