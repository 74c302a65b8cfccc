"""A simulation of the write path: callers, servers, and the row that all writers pass."""
