"""The sockets: new connections are accepted, counted, and let go of at shutdown.

Knows nothing of HTTP, and imports nothing of the facade.
"""
