"""The REST facade: HTTP in, gRPC out.

A request passes `sockets`, `http`, `middleware`, `routes`, `requests` and `upstream`, in this
order; what comes back leaves through `answers` or `problems`. No rule of the catalogue lives
here, and the server is not imported.
"""
