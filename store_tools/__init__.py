"""Tools for a store beside the service: migrate, back up, restore, examine, move.

A store is named by its URL. The tools print nothing; they import `grpc_server.database`, and
no server imports them. Every one of their errors is a StoreError or an OSError.
"""

from grpc_server.database.errors import StoreError

__all__ = ["StoreError"]
