"""The middleware around each request, in pure ASGI, one concern a file.

`main` lists it, outermost first. May import `requests`, `problems` and `metrics`.
"""
