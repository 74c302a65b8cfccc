"""The ingest: messages of a queue or a stream in, writes at the service out, each applied once.

A message that cannot be applied becomes a dead letter with a problem. May import `brokers`.
"""
