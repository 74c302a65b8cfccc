"""The usual tutorial: FastAPI, async SQLAlchemy and SQLite, one commit a request.

It is what the service is measured against, so it is written as a good tutorial would
write it, and durable as the service is: a write-ahead log with ``synchronous=FULL``.
"""
