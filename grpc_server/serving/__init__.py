"""Serving: gRPC calls in, the catalogue's answers and statuses out.

The transport accepts connections, the interceptors surround each call, and the servicers turn
it into one call of the catalogue. Nothing is decided here about items.
Everything in `grpc_server` may be imported, except `main`.
"""
