"""Tools for a store beside the service: migrate, back up, restore, examine, move.

A store is named by its URL. These tools import `grpc_server.database`; no server imports them.
"""
