"""What only SQLite has: its files, who may use them, and its connections.

May import `schema` and the port.
"""
