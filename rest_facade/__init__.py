"""The REST facade: a thin HTTP door in front of the gRPC item service."""
