"""The import of items from NDJSON: lines in, batches of writes out, and a summary at the end.

May import the modules beside `commands`, and `output`.
"""
