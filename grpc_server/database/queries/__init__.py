"""The queries: a checked tree becomes a SELECT, and its rows become items.

May import `schema` and the port.
"""
