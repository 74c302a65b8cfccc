"""HTTP/1.1 on one connection, within bounds on what a client may send and hold.

Bytes come in; requests go to the ASGI application, and answers back in order.
May import `sockets`, `middleware`, `upstream` and `problems`.
"""
