"""The parts of SQLite alone: its files, their locks, and its connections.

May import `schema` and the port.
"""
