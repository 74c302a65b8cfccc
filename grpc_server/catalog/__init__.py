"""The rules of the items, free of SQL and of gRPC."""
