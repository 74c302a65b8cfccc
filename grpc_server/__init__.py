"""The gRPC server: the system of record."""
