"""The import of items from NDJSON: lines, batches, and the report at the end.

May import the modules beside `commands`, and `output`.
"""
