"""The store: a port, and one implementation in SQL for two databases.

`store.py` is the port, and its comments are the contract. `opening.py` opens a store by its
URL. No error of a driver leaves this package.
Nothing else of `grpc_server` is imported here.
"""
