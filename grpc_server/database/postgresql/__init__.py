"""What only PostgreSQL has: its connections, notifications, timelines and standbys.

May import `schema` and the port.
"""
