"""`items grpc`: run the gRPC server alone."""

import os

from items_cli.flags import GRPC, STORE, GrpcAddress, Store
from items_cli.processes.logs import LogLevel, log_at
from items_cli.processes.parts import become


def grpc(store: Store = STORE, grpc: GrpcAddress = GRPC, log_level: LogLevel = None) -> None:
    """Run the gRPC server alone.

    Every other setting is read from its ITEMS_... variable; `python -m grpc_server --help`
    lists them. Exit codes: 0 stopped, 1 it could not serve, 2 a setting is wrong.
    """
    log_at(log_level)
    os.environ["ITEMS_STORE"] = store  # everybody can read a command line
    become("grpc_server", "--grpc", str(grpc))
