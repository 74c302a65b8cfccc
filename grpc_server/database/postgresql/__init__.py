"""The parts of PostgreSQL alone: its connections, notifications, timelines and standbys.

May import `schema` and the port.
"""
